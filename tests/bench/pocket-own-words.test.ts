import { describe, expect, it } from 'vitest';
import type { Case } from '../../bench/pocket/case.ts';
import type { Voice } from '../../bench/pocket/corpus.ts';
import { createStocks, stockOf, strangeNames, strangeWords } from '../../bench/pocket/own-words.ts';
import type { Persona } from '../../src/personas/persona.ts';

const english = [stockOf("Your favourite dish is a witness. You haven't told me, 34-year-old. Café")];
const korean = [
  stockOf('좋아하는 음식은 맞죠? 그렇게 들었어요. 내 이름은 미나야. 김치찌개를 제일 좋아해. Zorvek 4711 저는 서울에 살아요'),
];

describe('strangeWords', () => {
  it.each(['Your dish, your favourite!', "The witness's dish", "You'd told ME.", 'haven’t you', '34 years', 'CAFE\u0301'])(
    'knows the words that stand there: %s',
    (text) => expect(strangeWords(text, [...english, stockOf('the years')])).toEqual([]),
  );

  it.each([
    ['Your runnicleable witnesstain.', ['runnicleable', 'witnesstain']],
    ['Your dish을려고', ['dish을려고']],
    ['Your dish은', ['dish은']],
    ['You are 341.', ['are', '341']],
    ['Your favourite 음식', ['음식']],
  ])('finds what no line has: %s', (text, strange) => expect(strangeWords(text, english)).toEqual(strange));

  it.each([
    '이름은 미나예요.',
    '미나라고 들었어요',
    '김치찌개, 맞죠?',
    '음식은 김치찌개예요',
    'Zorvek이라고',
    '4711번이에요',
    '서울이라고',
  ])('knows a copied value with another ending: %s', (text) => expect(strangeWords(text, korean)).toEqual([]));

  it.each(['미나리예요', '음식을려고', '들었려고', 'Zorvek리', '4711호', '좋아하늘', '서울역에'])(
    'knows no word by its beginning alone: %s',
    (text) => expect(strangeWords(text, korean)).toHaveLength(1),
  );
});

describe('strangeNames', () => {
  it('are capitalised words or stand before 님, and are said nowhere', () => {
    expect(strangeNames('Your witness, Theo, told Vorin.', english)).toEqual(['Theo', 'Vorin']);
    expect(strangeNames('Your runnicleable dish', english)).toEqual([]);
    expect(strangeNames('미나 님은 음식, 지훈 님한테, 수아님이', korean)).toEqual(['지훈', '수아님']);
  });
});

describe('createStocks', () => {
  const persona = {
    id: 'rook',
    name: 'Rook',
    description: 'A barista.',
    scenario: '',
    instructions: 'Be dry.',
    greeting: 'Hm.',
  };
  const session = {
    persona: { ...persona, examples: '' } as Persona,
    house: { system: 'House rules.', sealed: ['Sealed words.'], language: 'en' },
    before: [{ by: 'Mina', text: 'I am {v}-less.', answer: 'Canned.' }],
    ask: { by: 'Theo', text: 'Who?' },
  } satisfies Partial<Case>;
  const voice = { said: { hello: ['Sit {v}.'] }, named: {}, facts: {} } as unknown as Voice;

  it('hold the lines of the voice, the prompt and what members said', () => {
    const stocks = createStocks(() => voice)(session);
    expect(strangeWords('Sit. Rook barista be dry. Hm house rules sealed Mina canned Theo who', stocks)).toEqual([]);
    expect(strangeWords('Marlow', stocks)).toEqual(['marlow']);
  });

  it('leave out what a slot is called', () => {
    const stocks = createStocks(() => voice)({ ...session, before: [] });
    expect(strangeWords('v', stocks)).toEqual(['v']);
  });
});
