import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Language } from '../../src/chat.ts';

const CORPUS_FOLDER = path.join(import.meta.dirname, '../../tools/pocket/corpus');

/** The kinds of fact that Pocket is trained to keep. */
export const KINDS = ['name', 'colour', 'food', 'pet', 'city', 'age', 'promise', 'number'] as const;
export type Kind = (typeof KINDS)[number];

const lines = z.array(z.coerce.string());
const phrasesSchema = z.object({ tell: lines, ask: lines, correct: lines, ask_other: lines.default([]) });
const factsSchema = z.record(z.enum(KINDS), phrasesSchema);
const voiceSchema = z.object({
  said: z.record(z.string(), lines),
  named: z.record(z.string(), lines).default({}),
  facts: z.record(z.enum(KINDS), z.record(z.string(), lines)),
});

type Phrases = z.infer<typeof phrasesSchema>;
export type Voice = z.infer<typeof voiceSchema>;

/** What members say in one language, what they say it of, and how personas answer: the lines that the model was trained on. */
export type Corpus = {
  language: Language;
  facts: Readonly<Record<Kind, Phrases>>;
  /** intent → what members say */
  smallTalk: Readonly<Record<string, readonly string[]>>;
  /** kind → values, and what values are made of */
  values: Readonly<Record<string, readonly string[]>>;
  /** persona id → its lines */
  voices: Readonly<Record<string, Voice>>;
  /** all that a persona may say by itself: a value that stands in it could be said without being known */
  ownWords: string;
};

/** Reads the training data of one language. `personas` are those that speak it, `ownTexts` what else stands in their prompts. */
export async function loadCorpus(
  language: Language,
  { personas, ownTexts }: { personas: readonly string[]; ownTexts: readonly string[] },
): Promise<Corpus> {
  const readSet = (name: string) => read(`${name}.${language}.yaml`, z.record(z.string(), lines));
  const [facts, smallTalk, values] = await Promise.all([
    read(`facts.${language}.yaml`, factsSchema),
    readSet('small-talk'),
    readSet('values'),
  ]);
  const voices = await Promise.all(personas.map(async (id) => [id, await read(`voices/${id}.yaml`, voiceSchema)] as const));
  const ownLines = voices.flatMap(([, voice]) => linesOf(voice));
  return {
    language,
    facts,
    smallTalk,
    values,
    voices: Object.fromEntries(voices),
    ownWords: [...ownLines, ...ownTexts].join('\n'),
  };
}

/** All that a voice can say. */
export function linesOf({ said, named, facts }: Voice): string[] {
  const forms = [said, named, ...Object.values(facts)];
  return forms.flatMap((form) => Object.values(form).flat());
}

async function read<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const place = path.join(CORPUS_FOLDER, file);
  const parsed = schema.safeParse(parse(await readFile(place, 'utf8')));
  if (!parsed.success) throw new Error(`${place} is not what the bench can read:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
