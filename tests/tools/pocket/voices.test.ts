// What Pocket says stands line by line in tools/pocket/corpus/: a slip there is learned by heart.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { KINDS } from '../../../bench/pocket/corpus.ts';
import { saysNotTold } from '../../../bench/pocket/judge.ts';

const CORPUS = path.join(import.meta.dirname, '../../../tools/pocket/corpus');
const FORMS = { told: 4, recall: 5, unknown: 4, corrected: 3, other: 3, other_unknown: 3 };
/** `{v}` or, in Korean, with the particle pair that the generator resolves: `{v:은/는}`. */
const slotCount = (line: string, slot: string) => line.match(new RegExp(`\\{${slot}(:[^}]*)?\\}`, 'g'))?.length ?? 0;

type Voice = {
  language: string;
  said: Record<string, string[]>;
  named: Record<string, string[]>;
  facts: Record<string, Record<keyof typeof FORMS, string[]>>;
};

function read<T>(file: string): T {
  return parse(readFileSync(path.join(CORPUS, file), 'utf8')) as T;
}

const voices = readdirSync(path.join(CORPUS, 'voices')).map((file) => [file, read<Voice>(`voices/${file}`)] as const);
const factLines = (voice: Voice, form: keyof typeof FORMS) => KINDS.flatMap((kind) => voice.facts[kind]?.[form] ?? []);
const everyLine = (voice: Voice) => [
  ...Object.values(voice.said).flat(),
  ...Object.values(voice.named).flat(),
  ...Object.values(voice.facts).flatMap((forms) => Object.values(forms).flat()),
];

describe.each(voices)('%s', (_, voice) => {
  it('answers every intent that members may have, and nothing else', () => {
    const intents = Object.keys(read<object>(`small-talk.${voice.language}.yaml`)).toSorted();
    expect(Object.keys(voice.said).toSorted()).toEqual(intents);
    for (const lines of Object.values(voice.said)) expect(lines.length).toBeGreaterThanOrEqual(5);
  });

  it('has enough lines for every kind of fact', () => {
    for (const kind of KINDS) {
      for (const [form, least] of Object.entries(FORMS)) {
        expect(voice.facts[kind]?.[form as keyof typeof FORMS].length, `${kind} ${form}`).toBeGreaterThanOrEqual(least);
      }
    }
  });

  it('says the value once where it knows it, and never where it does not', () => {
    for (const form of ['recall', 'corrected', 'other'] as const) {
      for (const line of factLines(voice, form)) expect([line, slotCount(line, 'v')]).toEqual([line, 1]);
    }
    for (const form of ['unknown', 'other_unknown'] as const) {
      for (const line of factLines(voice, form)) expect([line, slotCount(line, 'v')]).toEqual([line, 0]);
    }
    for (const form of ['other', 'other_unknown'] as const) {
      for (const line of factLines(voice, form)) expect([line, slotCount(line, 'other')]).toEqual([line, 1]);
    }
  });

  it('has the marker of not knowing in exactly those lines that do not know', () => {
    for (const form of Object.keys(FORMS) as (keyof typeof FORMS)[]) {
      for (const line of factLines(voice, form)) expect([line, saysNotTold(line)]).toEqual([line, /unknown/.test(form)]);
    }
  });

  it('is made of short, finished lines of one row', () => {
    for (const line of everyLine(voice)) {
      expect(line.length, line).toBeLessThanOrEqual(170);
      expect(line, line).toMatch(/[.!?…*"]$/);
      expect(line, line).not.toMatch(/[\n\d]|^\w+:/);
    }
  });

  it('says no line twice in one place', () => {
    for (const lines of [...Object.values(voice.said), ...KINDS.flatMap((kind) => Object.values(voice.facts[kind] ?? {}))]) {
      expect(new Set(lines).size).toBe(lines.length);
    }
  });
});

describe.each(['en', 'ko'])('what members say in %s', (language) => {
  const facts = read<Record<string, Record<'tell' | 'ask' | 'correct' | 'ask_other', string[]>>>(`facts.${language}.yaml`);

  it('tells and asks for every kind of fact', () => {
    expect(Object.keys(facts).toSorted()).toEqual([...KINDS].toSorted());
    for (const kind of KINDS) {
      for (const line of facts[kind]?.tell ?? []) expect([line, slotCount(line, 'v')]).toEqual([line, 1]);
      for (const line of facts[kind]?.correct ?? []) expect([line, slotCount(line, 'v')]).toEqual([line, 1]);
      for (const line of facts[kind]?.ask ?? []) expect([line, slotCount(line, 'v')]).toEqual([line, 0]);
    }
  });

  it('asks each question for one kind of fact only', () => {
    const asked = KINDS.flatMap((kind) => (facts[kind]?.ask ?? []).map((line) => line.toLowerCase()));
    expect(new Set(asked).size).toBe(asked.length);
  });
});
