import { describe, expect, it } from 'vitest';
import { type Case, type Makings, type Study, times } from '../../bench/pocket/case.ts';
import { type Corpus, KINDS } from '../../bench/pocket/corpus.ts';
import { createDice } from '../../bench/pocket/dice.ts';
import { isHeldOut } from '../../bench/pocket/held-out.ts';
import { stockOf } from '../../bench/pocket/own-words.ts';
import { mannersStudies } from '../../bench/pocket/rows-manners.ts';
import { distinctionStudies } from '../../bench/pocket/rows-members.ts';
import { recallStudies } from '../../bench/pocket/rows-recall.ts';
import { createSpeech } from '../../bench/pocket/speech.ts';
import type { House } from '../../src/chat.ts';
import { type Persona, personaSchema } from '../../src/personas/persona.ts';

const COUNT = 80;

function persona(id: string): Persona {
  return { ...personaSchema.parse({ name: id, instructions: 'You are {{char}}.' }), id } as unknown as Persona;
}

const forms = (kind: string) => ({
  tell: [`TELL ${kind} {v}`],
  ask: [`ASK ${kind}`],
  correct: [`CORRECT ${kind} {old} to {v}`],
  ask_other: kind === 'name' ? [] : [`ASKABOUT ${kind} {other}`],
});
const voice = {
  said: { hello: ['I am here.'] },
  named: {},
  facts: Object.fromEntries(KINDS.map((kind) => [kind, { told: ['So {v}.', 'Noted.'] }])) as never,
};

const corpus = (language: 'en' | 'ko'): Corpus => ({
  language,
  facts: Object.fromEntries(KINDS.map((kind) => [kind, forms(kind)])) as Corpus['facts'],
  smallTalk: { hello: ['hi'], who_are_you: ['who?'], your_name: ['name?'], your_food: ['PERSONAL'], ...offTopic },
  values: {
    ...{ name: ['Theo', 'Bora'], colour: ['rust', 'red', 'amber', 'pink'], kind: ['dog'], role: ['a cook'] },
    ...{ promise_verb: ['bring'], promise_noun: ['spoons'] },
    ...{ name_syllables: ['민', '하', '솔'], word_syllables: ['가', '람', '도', '론', '피'] },
  },
  voices: { rook: voice, marlow: voice, sunny: voice, haru: voice },
  ownWords: 'A pink cup.',
});
const offTopic = { world_question: ['capital?'], gibberish: ['asdf'], anything: ['hm'] };

/** The lines of a persona that say it was not told, in their shortest form. */
const LINES = stockOf('You never told me. It was something else, but no idea at all.');
const deny = (kind: string) => `You never told me: ${kind}.`;

const house = (language: 'en' | 'ko'): House => ({ system: 'S', sealed: [], language });
const makings: Makings = {
  english: ['rook', 'marlow', 'sunny'].map(persona),
  korean: persona('haru'),
  houses: { en: house('en'), ko: house('ko') },
  speech: (language, row) => createSpeech(corpus(language), createDice(1, row)),
  otherWords: (row) => createSpeech(corpus('en'), createDice(1, row)),
  stocks: ({ before, ask }) => [stockOf([...before, ask].map(({ by, text }) => `${by}: ${text}`).join('\n')), LINES],
  // Ten tokens a line: enough to see that filling stops where it should.
  tokensAfter: async (made) => (made.before.length - 1) * 10,
};

const studies = (given = makings) => [...recallStudies(given), ...distinctionStudies(given), ...mannersStudies(given)];

async function casesOf(name: string, given = makings): Promise<readonly Case[]> {
  const study = studies(given).find((one): one is Study => one.name === name);
  if (!study) throw new Error(name);
  return await study.cases(COUNT);
}

const saidIn = ({ before, ask }: Case) => [...before, ask].map(({ text }) => text);

describe('the rows of Pocket', () => {
  it('are the same for the same seed', async () => {
    for (const { name } of studies()) {
      const [one, two] = [await casesOf(name), await casesOf(name)];
      expect(JSON.stringify(one.map(saidIn)) === JSON.stringify(two.map(saidIn)), name).toBe(true);
      expect(one).toHaveLength(COUNT);
    }
  });

  it('tell only held-out values that no persona says by itself', async () => {
    const told = (await casesOf('recall-1')).map(({ expects }) => expects);
    expect(told.filter((value) => !isHeldOut(value))).toEqual([]);
    expect(told).toContain('rust');
    expect(told).not.toContain('pink');
    expect(new Set(told).size).toBeGreaterThan(40);
  });

  it('spread over personas and kinds of fact', async () => {
    const cases = await casesOf('recall-1');
    const met = new Set(cases.map(({ persona: { id }, ask }) => `${id} ${ask.text}`));
    expect(met.size).toBe(makings.english.length * KINDS.length);
  });

  it('judge recall by the value, and can fail', async () => {
    const [made] = await casesOf('recall-6');
    expect(made?.before).toHaveLength(7);
    expect(made?.judge(`It was ${made.expects}.`)).toMatchObject({ recalled: true });
    expect(made?.judge('It was something else.')).toMatchObject({ recalled: false });
  });

  it('count no value as recalled beside not having been told', async () => {
    const rows = studies().filter(({ name }) => /recall/.test(name));
    expect(rows.flatMap(({ figures }) => figures.map(({ counts }) => counts))).toEqual(Array(rows.length).fill('recalled'));
    for (const { name } of rows) {
      const [made] = await casesOf(name);
      expect(made?.judge(`It was ${made.expects}, but you never told me.`)).toMatchObject({ holds: true, recalled: false });
    }
  });

  it('ask the questions of recall-1 again with nothing before them', async () => {
    const [told, untold] = [await casesOf('recall-1'), await casesOf('forgets')];
    expect(untold.map(({ ask }) => ask)).toEqual(told.map(({ ask }) => ask));
    expect(untold.every(({ before }) => before.length === 0)).toBe(true);
    const value = told[0]?.expects ?? '';
    const judge = (reply: string) => untold[0]?.judge(reply);
    expect(judge(`It was ${value}.`)).toEqual({ holds: true, recalled: true, notTold: false });
    expect(judge(`${deny('name')} ${value}`)).toMatchObject({ holds: true, notTold: false });
    expect(judge(deny('name'))).toEqual({ holds: false, recalled: false, notTold: true });
    expect(judge('You never told me.')).toMatchObject({ notTold: false });
    expect(judge(`${deny('name')} Vorin?`)).toMatchObject({ notTold: false });
  });

  it('put the far fact at least 3,000 tokens back and never repeat it', async () => {
    for (const made of await casesOf('recall-3000')) {
      expect(made.tokensBack).toBeGreaterThanOrEqual(3_000);
      expect(made.before.filter(({ text, answer }) => `${text} ${answer}`.includes(made.expects))).toHaveLength(1);
      expect(made.before[0]?.answer).toBe('Noted.');
    }
  });

  it('end where the far fact no longer fits', async () => {
    const small = { ...makings, tokensAfter: async () => Number.POSITIVE_INFINITY };
    expect(await casesOf('recall-3000', small)).toHaveLength(COUNT);
  });

  it('never ask a persona for its own favourites in between', async () => {
    const said = (await casesOf('recall-6')).flatMap(saidIn);
    expect(said).not.toContain('PERSONAL');
  });

  it('have two members with two values, in both orders, asked for both', async () => {
    const cases = await casesOf('two-members');
    const first = cases.map(({ before, ask }) => before[0]?.by === ask.by);
    expect(first.filter(Boolean).length).toBe(COUNT / 2);
    expect(cases.filter(({ ask }) => ask.text.startsWith('ASKABOUT'))).toHaveLength(COUNT / 4);
    for (const { expects, judge, shared } of cases) {
      const [right = '', wrong = ''] = expects.split(', not ');
      expect(shared).toBe(true);
      expect(judge(`${right}.`)).toEqual({ confused: false, right: true });
      expect(judge(`${wrong}.`)).toEqual({ confused: true, right: false });
      expect(judge(`${right} or ${wrong}.`)).toEqual({ confused: true, right: false });
      expect(judge(`You never told me, ${right}.`)).toEqual({ confused: false, right: false });
    }
  });

  it('want two members answered rightly, not only not confused', () => {
    const figures = studies().find(({ name }) => name === 'two-members')?.figures;
    expect(figures?.map(({ row, best, target }) => [row, best, target])).toEqual([
      ['two-members-confused', 'low', 0.05],
      ['two-members-right', 'high', 0.85],
    ]);
  });

  it('honour a correction only where the old value is gone', async () => {
    for (const { expects, judge } of await casesOf('corrections')) {
      const [right = '', wrong = ''] = expects.split(', not ');
      expect(judge(right)).toEqual({ honoured: true });
      expect(judge(`${right}, not ${wrong}`)).toEqual({ honoured: false });
      expect(judge(wrong)).toEqual({ honoured: false });
      expect(judge(`${right}? You never told me.`)).toEqual({ honoured: false });
    }
  });

  it('ask for what was not told, though others told it', async () => {
    const cases = await casesOf('not-told');
    for (const { before, ask, judge, shared } of cases) {
      const asked = ask.text.replace('ASK ', '');
      expect(before.filter(({ by, text }) => by === ask.by && text.startsWith(`TELL ${asked} `))).toEqual([]);
      expect(before.some(({ by }) => by !== ask.by)).toBe(shared);
      const value = before[0]?.text.split(' ').slice(2).join(' ') ?? '';
      expect(judge(deny(asked))).toEqual({ notTold: true });
      expect(judge(`${deny(asked)} But ${value}.`)).toEqual({ notTold: false });
      expect(judge('You never told me.')).toEqual({ notTold: false });
      expect(judge(`${deny(asked)} Vorin?`)).toEqual({ notTold: false });
      expect(judge('No idea at all.')).toEqual({ notTold: false });
    }
    expect(cases.filter(({ shared }) => shared)).toHaveLength(COUNT / 2);
  });

  it('name personas as nobody was named in training', async () => {
    for (const { persona: given, expects, judge } of await casesOf('unseen-name')) {
      expect(given.name).toBe(expects);
      expect(isHeldOut(expects)).toBe(true);
      expect(judge(`They call me ${expects}.`)).toEqual({ named: true });
      expect(judge('They call me Rook.')).toEqual({ named: false });
    }
  });

  it('speak Korean with Haru, under both house texts', async () => {
    const cases = await casesOf('korean-recall');
    expect(new Set(cases.map((made) => made.house.language))).toEqual(new Set(['en', 'ko']));
    expect(new Set(cases.map(({ before }) => before.length))).toEqual(new Set([1, 4]));
    expect(new Set(cases.map((made) => made.persona.id))).toEqual(new Set(['haru']));
    expect(cases[0]?.judge(`${cases[0].expects}이라고 했죠.`)).toMatchObject({ holds: true });
  });

  it('draw each kind about as often from lists as from syllables', () => {
    const { values } = createSpeech(corpus('en'), createDice(1, 'values'));
    const colours = times(10 * COUNT, () => values.fact('colour').value);
    const listed = colours.filter((value) => ['rust', 'amber'].includes(value)).length;
    expect(Math.abs(listed / colours.length - 0.5)).toBeLessThan(0.05);
    const [, second] = [values.fact('colour'), values.fact('colour', ['rust', 'amber'])];
    expect(['rust', 'amber']).not.toContain(second.value);
  });
});
