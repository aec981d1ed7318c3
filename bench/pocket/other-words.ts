import type { Corpus, Kind } from './corpus.ts';

type Words = { tell: readonly string[]; ask: readonly string[] };

/** Facts put in words that the training data does not have (tests/bench/pocket-other-words.test.ts looks): how far Pocket generalises. */
export const OTHER_WORDS: Readonly<Record<Kind, Words>> = {
  name: {
    tell: ['At home they say {v} to me.', 'Write {v} on the cup, that is me.', 'New face here: {v}, good to meet you all.'],
    ask: ['By which name do you know me?', 'Say my name once.', "Tell me how I'm called, would you?"],
  },
  colour: {
    tell: ['If I could paint the whole world, it would be {v}.', 'No colour beats {v} in my eyes.', 'Give me anything in {v}.'],
    ask: [
      'So, my colour: which one was that?',
      'Do I have a colour I like above all others?',
      'In which colour would you paint my room?',
    ],
  },
  food: {
    tell: ['I could eat {v} three times a day.', 'There is nothing tastier than {v}.', 'Put {v} on my plate and I am happy.'],
    ask: ['Which dish makes me happy?', 'What do I like to eat best of all?', 'What should you cook for me?'],
  },
  pet: {
    tell: ['At my place lives a {kind} named {v}.', 'Meet {v}, my {kind}.', 'My {kind}, {v}, sleeps all day.'],
    ask: ['How do I call my {kind}?', 'Give me the name of my {kind}.', 'Which name does my {kind} listen to?'],
  },
  city: {
    tell: ['I rent a flat in {v}.', 'My home is over in {v} these days.', 'You would find my house in {v}.'],
    ask: ['In which town is my flat?', 'Where would you send me a postcard?', 'Which city do I come home to?'],
  },
  age: {
    tell: ['My cake had {v} candles this year.', 'I turned {v} in spring.', 'I have lived {v} years by now.'],
    ask: ['How many candles go on my cake?', 'What is my age, in years?', 'How many years have I lived?'],
  },
  promise: {
    tell: ['My hand on it, I will {v}.', "I swear I'll {v}.", 'Count on me to {v}.'],
    ask: ['What did I give my word on?', 'What have I sworn to do?', 'What can you count on me for?'],
  },
  number: {
    tell: ['Keep {v} in mind for me.', 'The combination is {v}.', 'Hold on to this: {v}.'],
    ask: ['Which digits should you keep for me?', 'What was the combination?', 'Which number did you keep in mind for me?'],
  },
};

/** The same corpus, in which members tell and ask in those words. */
export function inOtherWords(corpus: Corpus): Corpus {
  const facts = Object.entries(corpus.facts).map(([kind, phrases]) => {
    const { tell, ask } = OTHER_WORDS[kind as Kind];
    return [kind, { ...phrases, tell: [...tell], ask: [...ask] }];
  });
  return { ...corpus, facts: Object.fromEntries(facts) as Corpus['facts'] };
}
