import { KINDS, type Kind } from './corpus.ts';
import { saysNotTold } from './judge.ts';
import { type Stock, strangeNames } from './own-words.ts';

/** By what a reply shows which kind of fact it speaks of, in both languages. */
const KIND_WORDS: Readonly<Record<Kind, RegExp>> = {
  name: /\bnames?\b|\bcall(?:s|ed)?\b|이름|부르/,
  colour: /\bcolou?rs?\b|색/,
  food: /\bfoods?\b|\beats?\b|\bdish(?:es)?\b|\bmeals?\b|음식/,
  pet: /\bpets?\b|\banimals?\b|동물/,
  city: /\bcity\b|\btowns?\b|\bhome\b|\blives?\b|사는 곳|사는지|도시|동네/,
  age: /\bage\b|\bold\b|\byears?\b|몇 살|나이/,
  promise: /\bpromise[ds]?\b|약속/,
  number: /\bnumbers?\b|번호|숫자/,
};

/**
 * Whether the reply says of this kind of fact that it was not told. Three things are asked of it: it holds a marker ("never told",
 * "don't know", "못 들었"); it holds a word of the kind, so that not knowing the capital of France is no answer to "what is my name?"
 * (pets and towns have names too: for `name` it must speak of nothing else); and every name in it stands in the session, the
 * prompt or the persona's own lines. tests/bench/pocket-not-told.test.ts holds all voices to that: every line for what was not told
 * counts, for its own kind, and no other line does for any.
 */
export function saysKindNotTold(reply: string, { kind, stocks }: { kind: Kind; stocks: readonly Stock[] }): boolean {
  return saysNotTold(reply) && speaksOf(reply, kind) && strangeNames(reply, stocks).length === 0;
}

function speaksOf(reply: string, kind: Kind): boolean {
  const said = reply.normalize('NFC').toLowerCase();
  const others = kind === 'name' ? KINDS.filter((other) => other !== kind) : [];
  return KIND_WORDS[kind].test(said) && !others.some((other) => KIND_WORDS[other].test(said));
}
