import { describe, expect, it } from 'vitest';
import type { Said } from '../../bench/engine/chat.ts';
import { gapsWithin, percentile } from '../../bench/engine/fairness.ts';
import { interpolate, spreadOver } from '../../bench/engine/four-ways.ts';
import { compare, steadyRate } from '../../bench/engine/peer/versus.ts';
import { type EngineFigures, sessionsOf, tableOf } from '../../bench/engine/table.ts';
import { count, emptyTally, evaluatedPerNewToken, type Tally } from '../../bench/engine/tally.ts';

function said(prompt: number, newTokens: number, over: Partial<Said['tokens']> & { cut?: boolean } = {}): Said {
  const { cut = false, ...tokens } = over;
  return {
    text: 'so',
    askedAt: 100,
    heardAt: [150, 160],
    newTokens,
    cut,
    tokens: { prompt, evaluated: newTokens, reply: 5, ...tokens },
  };
}

/** A first turn of 50 tokens, one that adds 20, and one in which 10 of the reply are read in other tokens and all again. */
function played(): Tally {
  const tally = emptyTally();
  count(tally, said(50, 50), undefined);
  count(tally, said(75, 20, { evaluated: 21 }), 55);
  count(tally, said(110, 20, { evaluated: 110 }), 80);
  return tally;
}

describe('a tally of turns', () => {
  it('adds up what is new and what was evaluated, with the first turn of a session and without', () => {
    const tally = played();
    expect(tally).toMatchObject({ turns: 3, newTokens: 90, evaluated: 181, later: { newTokens: 40, evaluated: 131 } });
    expect(evaluatedPerNewToken(tally)).toBe(2.0111);
  });

  it('counts the turns whose prompt does not hold the last reply as it was said, and not those that were cut', () => {
    const tally = played();
    expect(tally.retold).toBe(1);
    count(tally, said(60, 20, { cut: true }), 115);
    expect([tally.retold, tally.cuts]).toEqual([1, 1]);
  });

  it('keeps the time to the first text of each turn', () => {
    expect(played().prompts.map(({ tokens, firstMs }) => [tokens, firstMs])).toEqual([
      [50, 50],
      [75, 50],
      [110, 50],
    ]);
  });
});

describe('figures of the engine', () => {
  it('take the gaps that lie within a time, those across its ends too', () => {
    expect(gapsWithin([0, 10, 40, 45, 90, 95], { from: 20, to: 60 })).toEqual([30, 5, 45]);
    expect(gapsWithin([0, 10], { from: 10, to: 60 })).toEqual([]);
  });

  it('take a percentile by its rank', () => {
    const values = Array.from({ length: 20 }, (_, index) => 20 - index);
    expect([percentile(values, 0.95), percentile(values, 0.5), percentile([7], 0.95)]).toEqual([19, 10, 7]);
    expect(percentile([], 0.95)).toBeNaN();
  });

  it('count tokens per second only while all replies run', () => {
    const every = (ms: number, from: number) => Array.from({ length: 11 }, (_, index) => from + index * ms);
    const tokens = { prompt: 1, evaluated: 1, reply: 11 };
    // one from 0 to 1,000 ms, one from 500 to 1,500: five tokens of each between 500 and 1,000
    expect(
      steadyRate([
        { heardAt: every(100, 0), tokens },
        { heardAt: every(100, 500), tokens },
      ]),
    ).toBeCloseTo(20);
    expect(steadyRate([{ heardAt: every(100, 0), tokens: { ...tokens, reply: 22 } }])).toBeCloseTo(20);
    expect(
      steadyRate([
        { heardAt: [0, 1], tokens },
        { heardAt: [2, 3], tokens },
      ]),
    ).toBeNaN();
  });

  it('compare pair by pair, not median by median', () => {
    const pairs = [
      { troupe: 10, server: 20 },
      { troupe: 100, server: 100 },
      { troupe: 30, server: 10 },
    ];
    expect(compare(pairs)).toEqual({ pairs: 3, ratio: 1, low: 1, high: 3, troupe: 30, server: 20 });
  });

  it('lie on the lines between the points that were measured', () => {
    const points = [
      { tokens: 100, ms: 10 },
      { tokens: 200, ms: 30 },
      { tokens: 400, ms: 40 },
    ];
    expect([50, 100, 150, 300, 500].map((tokens) => interpolate(points, tokens))).toEqual([0, 10, 20, 35, 45]);
    expect(interpolate(points.slice(0, 1), 150)).toBe(10);
    expect([spreadOver([5, 1, 9], 3), spreadOver([5], 2)]).toEqual([
      [1, 5, 9],
      [5, 5],
    ]);
  });
});

describe('the table of the engine', () => {
  const nothing: EngineFigures = {
    header: { machine: { cores: 2 } },
    evaluatedPerNewToken: { single: 1.04, roundRobin: 1.2, restart: null, trims: 2, trimsBare: 2.4 },
    ...{
      ttftLongOverShort: 1.4,
      vsLlamaServer: null,
      gapOverChunk: null,
      promptSlowdown: 1.3,
      slidingWindow: null,
      pocket: null,
    },
    sessions: { full: null, slidingWindow: null, pocket: null },
    ...{ firstToken: null, fairness: null, fourWays: null, floor: null },
  };

  it('says of each figure whether it meets its target, and of what was not measured that it was not', () => {
    const line = (name: string) =>
      tableOf(nothing)
        .split('\n')
        .find((one) => one.startsWith(name));
    expect(line('evaluated per new token: single')).toMatch(/1\.04 +≤ 1\.05 +met/);
    expect(line('evaluated per new token: roundRobin')).toMatch(/1\.2 +≤ 1\.05 +MISSED/);
    expect(line('evaluated per new token: restart')).toMatch(/not measured +≤ 1\.05/);
    expect(line('evaluated per new token: trimsBare')).toMatch(/2\.4 +sliding/);
    expect(line('first token, 6,000')).toMatch(/1\.4 +≤ 1\.3 +MISSED/);
    expect(line('prompt beside a reply')).toMatch(/1\.3 +≤ 1\.3 +met/);
    expect(line('against llama-server: throughput, 4')).toMatch(/not measured +≥ 0\.95/);
  });

  it('gives the ratios of each kind of session, with what they were made of', () => {
    const { ratios, counts } = sessionsOf({ single: played(), roundRobin: null, restart: null, trims: null, trimsBare: null });
    expect(ratios).toEqual({ single: 2.0111, roundRobin: null, restart: null, trims: null, trimsBare: null });
    expect(counts.single).toEqual({ turns: 3, newTokens: 90, evaluated: 181, cuts: 0, retold: 1, laterRatio: 3.275 });
  });
});
