import { describe, expect, it } from 'vitest';
import { KINDS, loadCorpus, type Voice } from '../../bench/pocket/corpus.ts';
import { saysKindNotTold } from '../../bench/pocket/not-told.ts';
import { type Stock, stockOf } from '../../bench/pocket/own-words.ts';
import { fillSlots } from '../../bench/pocket/particles.ts';

const SLOTS = { v: 'teal', old: 'rust', kind: 'dog', other: 'Mina', char: 'Rook', name: 'Mina', role: 'a cook' };
const KNOWN = stockOf(Object.values(SLOTS).join(' '));
const PERSONAS = { en: ['rook', 'captain', 'marlow', 'host', 'sunny', 'stranger'], ko: ['haru'] } as const;

async function voices(): Promise<[string, Voice][]> {
  const corpora = await Promise.all(
    (['en', 'ko'] as const).map((it) => loadCorpus(it, { personas: PERSONAS[it], ownTexts: [] })),
  );
  return corpora.flatMap(({ voices: found }) => Object.entries(found));
}

const filled = (lines: readonly string[]) => lines.map((line) => fillSlots(line, SLOTS));

describe.each(await voices())('a reply in the words of %s', (_, { said, named, facts }) => {
  const stocks: Stock[] = [
    KNOWN,
    stockOf([said, named, ...Object.values(facts)].flatMap((forms) => Object.values(forms).flat()).join('\n')),
  ];
  const unknown = (form: string) => /unknown/.test(form);

  it.each(KINDS)('says that it was not told (%s)', (kind) => {
    const lines = Object.entries(facts[kind]).flatMap(([form, found]) => (unknown(form) ? filled(found) : []));
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.filter((line) => !saysKindNotTold(line, { kind, stocks }))).toEqual([]);
  });

  it('says so of no kind where it is another line', () => {
    const others = Object.values(facts).flatMap((forms) =>
      Object.entries(forms).flatMap(([form, lines]) => (unknown(form) ? [] : lines)),
    );
    const lines = filled([...others, ...[said, named].flatMap((forms) => Object.values(forms).flat())]);
    expect(lines.filter((line) => KINDS.some((kind) => saysKindNotTold(line, { kind, stocks })))).toEqual([]);
  });
});

describe('a reply that says it was not told', () => {
  const stocks = [stockOf('I never told you my name. Mina: hi. 이름은 아직 못 들었어요. You have not told me')];
  const counts = (reply: string, kind: (typeof KINDS)[number] = 'name') => saysKindNotTold(reply, { kind, stocks });

  it('says it of what was asked', () => {
    expect(counts('I never told you my name.')).toBe(true);
    expect(counts('I never told you my name.', 'colour')).toBe(false);
    expect(counts("You never told me your pet's name.")).toBe(false);
    expect(counts("You never told me your pet's name.", 'pet')).toBe(true);
  });

  it('is no bare not knowing', () => {
    expect(counts("I don't know.")).toBe(false);
    expect(counts('그런 건 잘 몰라요.')).toBe(false);
    expect(counts('I do not know the capital of France.', 'city')).toBe(false);
  });

  it('has no name from nowhere', () => {
    expect(counts('You never told me your name, Mina.')).toBe(true);
    expect(counts('You never told me your name, Theo.')).toBe(false);
    expect(counts('Theo never told me your name.')).toBe(false);
    expect(counts('Mina 님 이름은 아직 못 들었어요.')).toBe(true);
    expect(counts('지훈 님 이름은 아직 못 들었어요.')).toBe(false);
    expect(counts('지훈님 이름은 아직 못 들었어요.')).toBe(false);
  });
});
