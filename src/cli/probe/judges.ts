import type { Judgement, Reply } from './question.ts';

/** How far into a reply the word must come with which a text goes on, in UTF-16 units. */
const AT_ONCE = 40;
/** A further line of a script: a name and a colon. */
const NEXT_LINE = /\n\s*\p{L}[\p{L}\p{N} ]{0,30}:/u;
/** A line that somebody else says: the model goes on for the member. */
const OTHER_SPEAKER = /^\s*(user|human|mina|member|사용자|미나)\s*:/imu;
const GREETING = /\b(hello|hi|hey|greetings|welcome|good (day|morning|evening|afternoon))\b|안녕|반가/iu;

/** Goes on with the word that the prose asks for, at once, and does not begin with the prose again. */
export function goesOnWith(word: string, prose: string): (reply: Reply) => Judgement {
  const first = bare(prose.slice(0, AT_ONCE / 2));
  return ({ text }) => {
    const beginning = text.slice(0, AT_ONCE);
    if (bare(beginning).includes(first)) return { judged: 'no', because: 'says the text again' };
    return verdict(holds(beginning, word), `goes on with "${word}"`, `does not go on with "${word}"`);
  };
}

/** Writes the lines of the next speakers as well: to a model that talks in turns that is somebody else's part. */
export function goesOnWithScript({ text }: Reply): Judgement {
  return verdict(NEXT_LINE.test(text), 'writes the next speaker’s line too', 'writes no further line of the script');
}

/** Says the word alone, whatever marks stand around it, and ends by itself. */
export function saysOnly(word: string): (reply: Reply) => Judgement {
  return (reply) => inTime(reply, bare(reply.text) === bare(word), `says only "${word}"`, `does not say only "${word}"`);
}

/** Greets the one who is named, and does not only say the instruction again. */
export function greets(name: string): (reply: Reply) => Judgement {
  return (reply) => {
    const greeted = GREETING.test(reply.text) && holds(reply.text, name) && !/\bsay\b/i.test(reply.text);
    return inTime(reply, greeted, `greets ${name}`, `does not greet ${name}`);
  };
}

/** Answers the question with the word, and does not only say the question again. */
export function answers(word: string, question: string): (reply: Reply) => Judgement {
  return (reply) => {
    const parrots = bare(reply.text).includes(bare(question));
    const missing = parrots ? 'says the question again' : `does not say "${word}"`;
    return inTime(reply, holds(reply.text, word) && !parrots, `answers "${word}"`, missing);
  };
}

/** What a trained model also does: it ends its turn by itself, and speaks for nobody else. */
function inTime(reply: Reply, passed: boolean, yes: string, no: string): Judgement {
  if (passed && OTHER_SPEAKER.test(reply.text)) return { judged: 'no', because: `${yes}, but goes on for the member` };
  if (passed && reply.end !== 'complete') return { judged: 'no', because: `${yes}, but does not end by itself` };
  return verdict(passed, yes, no);
}

function verdict(passed: boolean, yes: string, no: string): Judgement {
  return passed ? { judged: 'yes', because: yes } : { judged: 'no', because: no };
}

function holds(text: string, word: string): boolean {
  return text.toLowerCase().includes(word.toLowerCase());
}

/** Letters and digits alone, in lower case. */
function bare(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
