import type { Corpus, Kind } from './corpus.ts';

type Words = { tell: readonly string[]; ask: readonly string[] };

/** Facts put in words that the training data does not have (tests/bench/pocket-other-words.test.ts looks): how far Pocket generalises. */
export const OTHER_WORDS: Readonly<Record<Kind, Words>> = {
  name: {
    tell: ['At home they say {v} to me.', 'Write {v} on the cup, that is me.', 'New face here: {v}, good to meet you all.'],
    ask: [
      'What goes on my name tag?',
      'Which name would you shout to make me turn around?',
      "Tell me how I'm called, would you?",
    ],
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
    ask: ['Which dish makes me happy?', 'Which meal would cheer me up?', 'What should you cook for me?'],
  },
  pet: {
    tell: [
      'At my place lives a {kind} named {v}.',
      'A {kind} by the name of {v} owns my sofa.',
      'My {kind}, {v}, sleeps all day.',
    ],
    ask: [
      'What did we christen our {kind}?',
      'My {kind} ran off, so what should I shout?',
      'Which name does my {kind} listen to?',
    ],
  },
  city: {
    tell: ['My rent in {v} went up again.', 'My home is over in {v} these days.', 'You would find my house in {v}.'],
    ask: ['Where on the map would you put my flat?', 'Where would you send me a postcard?', 'Which city do I come home to?'],
  },
  age: {
    tell: ['My cake had {v} candles this year.', 'I turned {v} in spring.', 'I have lived {v} years by now.'],
    ask: ['How many birthdays have I had?', 'Am I young or old, in exact years?', 'For how long have I been alive?'],
  },
  promise: {
    tell: ['My hand on it, I will {v}.', "I swear I'll {v}.", 'Count on me to {v}.'],
    ask: ['Which task did I swear to take care of?', 'What have I sworn to do?', 'What can you count on me for?'],
  },
  number: {
    tell: ['Keep {v} in mind for me.', 'The combination is {v}.', 'Hold on to this: {v}.'],
    ask: ['Which digits were mine?', 'What was the combination?', 'Read me the number from your note.'],
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
