import { describe, expect, it } from 'vitest';
import { isHeldOut } from '../../bench/pocket/held-out.ts';
import { fillSlots, hasOnlySlots } from '../../bench/pocket/particles.ts';

describe('isHeldOut', () => {
  // As tools/pocket/values.py decides: training and bench must agree.
  it.each(['rust', 'Theo', 'amber', '6', '29', '미나', 'fix the bicycle'])('holds out %s', (value) =>
    expect(isHeldOut(value)).toBe(true),
  );
  it.each(['red', 'Lisbon', '34', '파랑', '김치찌개', 'water the ferns'])('leaves %s to training', (value) =>
    expect(isHeldOut(value)).toBe(false),
  );
  it('looks at neither case nor the form of letters', () => {
    expect(isHeldOut('THEO')).toBe(true);
    expect(isHeldOut('미나'.normalize('NFD'))).toBe(true);
  });
  it('holds out a tenth', () => {
    const share = Array.from({ length: 20_000 }, (_, index) => isHeldOut(`value ${index}`)).filter(Boolean).length / 20_000;
    expect(share).toBeGreaterThan(0.09);
    expect(share).toBeLessThan(0.11);
  });
});

describe('fillSlots', () => {
  it('fills what stands there', () => {
    expect(fillSlots('My {kind} is called {v}.', { v: 'Biscuit', kind: 'dog' })).toBe('My dog is called Biscuit.');
  });
  it('does not read what a value holds', () => {
    expect(fillSlots('{v}, {kind}', { v: '{kind}', kind: 'dog' })).toBe('{kind}, dog');
  });
  it('refuses a slot that nothing is given for', () => {
    expect(() => fillSlots('{v} and {old}', { v: 'teal' })).toThrow('{old}');
  });

  it.each([
    ['지훈', '지훈이라고'],
    ['미나', '미나라고'],
    ['서울', '서울이라고'],
    ['4711', '4711이라고'],
    ['42', '42라고'],
    ['13', '13이라고'],
    ['Theo', 'Theo라고'],
    ['Kim', 'Kim이라고'],
  ])('chooses the particle by the last sound: %s', (value, said) =>
    expect(fillSlots('{v:이라고/라고}', { v: value })).toBe(said),
  );

  it.each([
    ['서울', '서울로'],
    ['부산', '부산으로'],
    ['제주', '제주로'],
    ['7', '7로'],
    ['6', '6으로'],
  ])('lets ㄹ take 로: %s', (value, said) => expect(fillSlots('{v:으로/로}', { v: value })).toBe(said));

  it('knows the slots of a line', () => {
    expect(hasOnlySlots('A {kind}, then.', ['kind'])).toBe(true);
    expect(hasOnlySlots('{v:은/는} A {kind}, then.', ['kind'])).toBe(false);
  });
});
