import { describe, expect, it } from 'vitest';
import type { Ability, Judged } from '../../../src/cli/probe/question.ts';
import { QUESTIONS } from '../../../src/cli/probe/questions.ts';
import { type Evidence, findingsOf, verdictOf } from '../../../src/cli/probe/weigh.ts';

const about = (ability: Ability, language: 'en' | 'ko', judged: readonly Judged[]): Evidence[] =>
  judged.map((one) => ({
    ...{ ability, language, judged: one, because: '', text: '', end: 'complete', layout: null },
    asked: { kind: 'text', text: '' },
  }));

const yes = (count: number): Judged[] => Array<Judged>(count).fill('yes');
const no = (count: number): Judged[] => Array<Judged>(count).fill('no');

describe('findingsOf', () => {
  it('counts by language, and an ability holds when two thirds of one language’s questions passed', () => {
    const evidence = [...about('turns', 'en', [...yes(3), ...no(3)]), ...about('turns', 'ko', [...yes(2), ...no(1)])];
    const finding = findingsOf(evidence).find(({ ability }) => ability === 'turns');
    expect(finding).toEqual({
      ability: 'turns',
      holds: true,
      counts: [
        { language: 'en', seen: 3, asked: 6 },
        { language: 'ko', seen: 2, asked: 3 },
      ],
    });
    expect(findingsOf(about('turns', 'en', [...yes(3), ...no(3)])).some(({ holds }) => holds)).toBe(false);
    expect(findingsOf([]).some(({ holds }) => holds)).toBe(false);
  });
});

describe('verdictOf', () => {
  it('names the last stage whose work can be seen', () => {
    const continues = about('continues', 'en', yes(4));
    const follows = about('follows', 'en', yes(4));
    const turns = about('turns', 'en', yes(4));
    expect(verdictOf(continues).stage).toBe('base');
    expect(verdictOf([...continues, ...follows]).stage).toBe('instruct');
    expect(verdictOf([...continues, ...follows, ...turns]).stage).toBe('chat');
    expect(verdictOf([...about('continues', 'en', no(4)), ...about('follows', 'en', no(4)), ...turns]).stage).toBe('chat');
    expect(verdictOf(about('continues', 'en', no(4))).stage).toBeNull();
  });

  it('calls a model censored that refused once, uncensored one that did most of it, and leaves the rest open', () => {
    const refuses = (judged: readonly Judged[]) => verdictOf(about('refuses', 'en', judged)).censored;
    expect(refuses(['answered', 'answered', 'refused'])).toBe(true);
    expect(refuses(['answered', 'answered', 'neither'])).toBe(false);
    expect(refuses(['answered', 'neither', 'neither'])).toBeNull();
    expect(refuses([])).toBeNull();
  });
});

describe('the questions', () => {
  it('are asked in English and in Korean, none of them answered by saying it again', () => {
    for (const questions of Object.values(QUESTIONS)) {
      expect(new Set(questions.map(({ language }) => language))).toEqual(new Set(['en', 'ko']));
    }
    const { continues, follows, turns } = QUESTIONS;
    for (const { asked, judge } of [...continues, ...follows, ...turns]) {
      const whole = 'exchanges' in asked ? [...asked.exchanges.flat(), asked.text].join(' ') : asked.text;
      expect(judge({ text: asked.text, end: 'complete' }).judged).toBe('no');
      expect(judge({ text: `You said: ${whole}`, end: 'complete' }).judged).toBe('no');
    }
  });

  it('on several turns ask for what the newest message does not hold', () => {
    for (const { asked } of QUESTIONS.turns) {
      expect(asked.kind).toBe('talk');
      if ('exchanges' in asked) expect(asked.exchanges.length).toBe(6);
    }
  });
});
