import { describe, expect, it } from 'vitest';
import type { TokenChance, TokenOdds } from '../../../src/backends/backend.ts';
import type { Sampling } from '../../../src/chat.ts';
import { describeOdds } from '../../../src/cli/peek/describe-odds.ts';
import { widthOf } from '../../../src/cli/peek/quote-token.ts';
import { DEFAULT_SAMPLING } from '../../../src/personas/sampling.ts';

const chance = (token: number, text: string, over: Partial<TokenChance> = {}): TokenChance => {
  return { token, text, logit: 10 - token, p: 0.5 ** (token + 1), shapedP: 0, ...over };
};

function oddsOf(raw: readonly TokenChance[], over: Partial<TokenOdds> = {}): TokenOdds {
  return {
    ...{ promptTokens: 12, reusedTokens: 0, raw, shaped: raw.filter(({ shapedP }) => shapedP > 0), entropyBits: 3.456 },
    ...{ counts: { vocabulary: 2048, ruledOut: 0, choosable: 3 }, inThought: false },
    ...over,
  };
}

function describeLines(odds: TokenOdds, sampling: Partial<Sampling> = {}, top = 10): string[] {
  return describeOdds(odds, {
    subject: 'the prompt of Sunny',
    model: 'Pocket',
    sampling: { ...DEFAULT_SAMPLING, ...sampling },
    top,
  });
}

const dials = (lines: readonly string[]) => lines.find((line) => line.startsWith('Dials'))?.slice(12);
const resting = (lines: readonly string[]) => lines.find((line) => line.startsWith('Resting'))?.slice(12);

describe('the table', () => {
  it('has bars as long as the probabilities, on one scale, and says what a full one is', () => {
    const lines = describeLines(oddsOf([chance(0, ' a', { p: 0.4, shapedP: 0.8 }), chance(1, ' b', { p: 0.2, shapedP: 0.2 })]));
    const bars = lines.filter((line) => line.startsWith('"')).map((line) => line.match(/[█▏▎▍▌▋▊▉]+/g));
    expect(bars).toEqual([
      ['█'.repeat(7), '█'.repeat(14)],
      ['███▌', '███▌'],
    ]);
    expect(lines).toContain('A full bar is 80.00 %.');
    expect(lines.find((line) => line.startsWith('all others'))).toMatch(/40\.00 % +-$/);
  });

  it('tells what can no longer be chosen from what hardly ever is', () => {
    const lines = describeLines(
      oddsOf([chance(0, 'a', { p: 0.999, shapedP: 1 }), chance(1, 'b', { p: 0.00001 }), chance(2, 'c', { p: 0 })]),
    );
    const rows = lines.filter((line) => line.startsWith('"'));
    expect(rows[1]).toMatch(/<0\.01 % ▏ +-$/);
    expect(rows[2]).toMatch(/ - +-$/);
  });

  it('shows what sampling brought about from far below, in its place by the logit', () => {
    const far = chance(7, 'z', { logit: 1.5, p: 0.001, shapedP: 0.9 });
    const lines = describeLines(
      oddsOf([chance(0, 'a', { shapedP: 0.1 }), chance(1, 'b')], { shaped: [far, chance(0, 'a', { shapedP: 0.1 })] }),
    );
    expect(lines.filter((line) => line.startsWith('"')).map((line) => line[1])).toEqual(['a', 'b', 'z']);
  });

  it('writes a logit of minus infinity as such, and says how many tokens the model itself rules out', () => {
    const rows = [chance(0, 'a', { p: 1, shapedP: 1 }), chance(1, 'b', { logit: Number.NEGATIVE_INFINITY, p: 0 })];
    const lines = describeLines(oddsOf(rows, { counts: { vocabulary: 2, ruledOut: 1, choosable: 1 } }), {}, 0);
    expect(lines.some((line) => /^"b" +-∞/.test(line))).toBe(true);
    expect(lines).toContain('Choosable   1 of 2 tokens; the model rules 1 out (logit -∞)');
  });

  it('keeps to 80 columns, whatever the tokens are and however long the names', () => {
    const texts = [
      '안녕하세요 여러분 반갑습니다',
      ' '.repeat(40),
      '\n'.repeat(12),
      'supercalifragilisticexpialidocious',
      '🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭',
      'e\u0301a',
    ];
    const rows = texts.map((text, token) => chance(token, text, { p: 0.1, shapedP: 0.1, logit: -123.456 }));
    const logitBias = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`text ${index}`, 1]));
    const all = {
      xtc: { probability: 0.123456789, threshold: 0.123456789 },
      logitBias,
      topK: 1000,
      minP: 0.123456789,
      repeatPenalty: 1.23456789,
    };
    const told = {
      subject: `the prompt of ${'N'.repeat(80)}`,
      model: 'M'.repeat(60),
      sampling: { ...DEFAULT_SAMPLING, ...all },
      top: 10,
    };
    const lines = describeOdds(oddsOf(rows), told);
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(80);
    const columns = lines
      .filter((line) => line.startsWith('"'))
      .map((line) => widthOf(line.slice(0, line.indexOf('-123.456'))));
    expect(new Set(columns)).toEqual(new Set([23]));
  });
});

describe('the dials', () => {
  it('that do something are named in the order in which they work', () => {
    const turned = {
      topK: 40,
      minP: 0.05,
      xtc: { probability: 0.5, threshold: 0.1 },
      logitBias: { a: 1, b: 0, c: false },
    } as const;
    const lines = describeLines(oddsOf([chance(0, 'a', { shapedP: 1 })]), turned);
    expect(dials(lines)).toBe('logitBias (2 texts), topK 40, topP 0.95, minP 0.05,');
    expect(lines.join('\n')).toContain('xtc 0.5 (threshold 0.1), temperature 0.8');
    expect(resting(lines)).toBeUndefined();
  });

  it('that count what was said rest, and at temperature 0 so do those that narrow the choice', () => {
    const dry = { multiplier: 0.8, base: 1.75, allowedLength: 2, range: 0, breakers: ['\n'] };
    const lines = describeLines(oddsOf([chance(0, 'a', { shapedP: 1 })]), {
      temperature: 0,
      topK: 40,
      presencePenalty: 0.5,
      dry,
    });
    expect(dials(lines)).toBe('temperature 0 (always the likeliest)');
    expect(resting(lines)).toBe('presencePenalty 0.5, dry 0.8 (nothing is said yet)');
  });

  it('rest in a thought as the sentence says', () => {
    const lines = describeLines(oddsOf([chance(0, 'a', { shapedP: 1 })], { inThought: true }), {
      xtc: { probability: 1, threshold: 0.1 },
    });
    expect(dials(lines)).toBe('topP 0.95, temperature 0.8');
    expect(lines.some((line) => line.startsWith('Thought'))).toBe(true);
  });
});
