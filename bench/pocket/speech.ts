import type { Corpus, Kind } from './corpus.ts';
import type { Dice } from './dice.ts';
import { fillSlots, hasOnlySlots } from './particles.ts';
import { createValues, type Fact } from './values.ts';

/** Small talk that asks the persona for facts of its own would put another value of the same kind into the session. */
const ABOUT_PERSONA = /^your_/;

/** What members say: the training data's own phrases, with held-out values in them. */
export function createSpeech(corpus: Corpus, dice: Dice) {
  const values = createValues(corpus, dice);
  const unrelated = Object.keys(corpus.smallTalk).filter((intent) => !ABOUT_PERSONA.test(intent));
  const say = (lines: readonly string[], slots: Record<string, string>) => fillSlots(dice.pick(lines), slots);
  const smallTalk = (intents: readonly string[]) => dice.pick(corpus.smallTalk[dice.pick(intents)] ?? []);

  return {
    dice,
    values,
    tell: ({ kind, value, pet }: Fact) => say(corpus.facts[kind].tell, { v: value, kind: pet }),
    correct: ({ kind, value, pet }: Fact, old: string) => say(corpus.facts[kind].correct, { v: value, old, kind: pet }),
    ask: (kind: Kind, pet: string) => say(corpus.facts[kind].ask, { kind: pet }),
    askAbout: (kind: Kind, pet: string, other: string) => say(corpus.facts[kind].ask_other, { kind: pet, other }),
    /** Kinds that one may ask of another member. */
    kindsOfOthers: (kinds: readonly Kind[]) => kinds.filter((kind) => corpus.facts[kind].ask_other.length > 0),
    /** Something that tells and asks no fact; of these intents, where they are given. */
    smallTalk: (intents: readonly string[] = unrelated) => smallTalk(intents),
    /** Small talk and a reply that the persona could give, for a history that costs no generation. */
    exchange(persona: { id: string; name: string }): { text: string; answer: string } {
      const said = corpus.voices[persona.id]?.said ?? {};
      const intent = dice.pick(unrelated.filter((name) => said[name] !== undefined));
      return { text: smallTalk([intent]), answer: say(said[intent] ?? [], { char: persona.name }) };
    },
    /** How the persona takes a fact in, without saying it again where it has such a line. */
    tookIn(persona: { id: string; name: string }, { kind, value, pet }: Fact): string {
      const told = corpus.voices[persona.id]?.facts[kind]?.told ?? [];
      const silent = told.filter((line) => hasOnlySlots(line, ['kind', 'char']));
      return say(silent.length > 0 ? silent : told, { v: value, kind: pet, char: persona.name });
    },
  };
}

export type Speech = ReturnType<typeof createSpeech>;
