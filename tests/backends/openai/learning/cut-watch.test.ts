import { describe, expect, test } from 'vitest';
import { createCutWatch } from '../../../../src/backends/openai/learning/cut-watch.ts';

const words = (count: number, word = 'word') => Array.from({ length: count }, () => word).join(' ');
const CUT = { tokens: 2048, sure: true };
const KOREAN = '옛날 옛적에 바다가 나가서 돌아오지 않았다. ';

/** What a tokeniser of today makes of a text: a token for four letters or for two syllables. */
function tokens(text: string): number {
  return (text.match(/[\x21-\x7e]{1,4}|[가-힣]{1,2}|[^\s\x21-\x7e가-힣]/gu) ?? []).length;
}
const total = (texts: readonly string[]) => texts.reduce((sum, text) => sum + tokens(text) + 4, 3);

describe('what is known of a server', () => {
  const rough = (told: number) => ({ session: 's', texts: [words(1500)], told });

  test('holds which counts were tried: one that is just what a context may be is suspected once', () => {
    const watch = createCutWatch();
    expect(watch.judge(rough(2048))).toEqual({ tokens: 2048, sure: false });
    for (const told of [2048, 2046, 2045]) expect(watch.judge(rough(told))).toBeUndefined();
    expect(watch.judge(rough(3072))).toEqual({ tokens: 3072, sure: false });
  });

  test('is forgotten when it serves another context: the cut there is its own', () => {
    const watch = createCutWatch();
    watch.judge({ session: 's', texts: [words(6000)], told: 6020 });
    watch.judge(rough(2048));
    watch.forgetContext();
    expect(watch.judge(rough(2048))).toEqual({ tokens: 2048, sure: false });
    expect(watch.judge({ session: 's', texts: [words(6000)], told: 2100 })).toEqual({ tokens: 2100, sure: true });
  });

  test('makes estimates higher after a prompt had more tokens than was estimated, until other prompts showed better', () => {
    const watch = createCutWatch();
    expect(watch.exceeded([words(1000)], 2048)).toBe(true); // estimated at 1493
    const first = watch.tokensPerEstimate();
    expect(first).toBeGreaterThan(2048 / 1493);
    expect(watch.exceeded([words(1000)], 2048)).toBe(true);
    expect(watch.tokensPerEstimate()).toBeGreaterThan(first);
    for (let turn = 0; turn < 16; turn++) watch.judge({ session: `${turn}`, texts: [words(700)], told: 1100 });
    expect(watch.tokensPerEstimate()).toBeLessThan(1.1);
  });

  test('is not that texts have more tokens than bytes', () => {
    const watch = createCutWatch();
    expect(watch.exceeded(['Hello'], 2048)).toBe(false);
    expect(watch.tokensPerEstimate()).toBe(1);
  });
});

describe('a prompt that was cut', () => {
  test('is noticed at once where it has more words than the server read tokens', () => {
    const watch = createCutWatch();
    expect(watch.judge({ session: 's', texts: [words(3000)], told: 2048 })).toEqual(CUT);
  });

  test('is noticed where the server’s own tokeniser counts more', () => {
    const watch = createCutWatch();
    expect(watch.judge({ session: 's', texts: [words(1500)], told: 2048, exact: 2500 })).toEqual(CUT);
    expect(createCutWatch().judge({ session: 's', texts: [words(1500)], told: 2048, exact: 2050 })).not.toMatchObject({
      sure: true,
    });
  });

  test('is not what a row of one character is, and an exact count has the last word', () => {
    const watch = createCutWatch();
    for (const session of ['a', 'b', 'c']) {
      const texts = [KOREAN.repeat(60)];
      watch.judge({ session, texts, told: total(texts) });
    }
    const rows = [...Array.from({ length: 3 }, () => 'ㅋ'.repeat(1900)), KOREAN.repeat(20)];
    expect(watch.judge({ session: 'd', texts: rows, told: 500 })).toBeUndefined();
    expect(watch.judge({ session: 'e', texts: [KOREAN.repeat(400)], told: 2060, exact: 2060 })).toBeUndefined();
  });

  test('is noticed where earlier replies showed how much such a text needs', () => {
    const watch = createCutWatch();
    for (const session of ['a', 'b', 'c']) {
      const texts = [KOREAN.repeat(60)];
      expect(watch.judge({ session, texts, told: total(texts) })).toBeUndefined();
    }
    const long = [KOREAN.repeat(400)];
    expect(total(long)).toBeGreaterThan(4096);
    expect(watch.judge({ session: 'd', texts: long, told: 2048 })).toEqual(CUT);
  });

  test.each([
    ['English', 'And then she said that the harbour was closed until morning, which nobody believed. '],
    ['Korean', KOREAN],
  ])('is noticed by the first reply of a growing session that goes past it, in %s', (_, line) => {
    const watch = createCutWatch();
    const texts = ['You keep the inn by the harbour. '.repeat(10)];
    for (let turn = 0; turn < 200; turn++) {
      texts.push(line.repeat(1 + (turn % 3)), line.repeat(2));
      const told = Math.min(2048, total(texts));
      const found = watch.judge({ session: 's', texts: [...texts], told });
      if (total(texts) <= 2048) expect(found).toBeUndefined();
      else {
        expect(total(texts) - 2048).toBeLessThan(120); // it is the first that goes past
        expect(found?.tokens).toBe(2048);
        return;
      }
    }
    throw new Error('The session never grew past the context.');
  });

  test('of which whole messages were left out is known for what went through once, and for less when that is cut again', () => {
    const watch = createCutWatch();
    expect(watch.judge({ session: 's', texts: [words(1900)], told: 1950 })).toBeUndefined();
    expect(watch.judge({ session: 's', texts: [words(1900), words(600)], told: 1500 })).toEqual({ tokens: 1950, sure: true });
    expect(watch.judge({ session: 's', texts: [words(1900), words(600)], told: 1500 })).toEqual({ tokens: 1500, sure: true });
  });
});

describe('a count that is just what a context may be', () => {
  test.each([
    [2048, true],
    [2045, true],
    [8192, true],
    [2049, false],
    [2040, false],
  ])('is suspicious, and not sure: %i', (told, suspicious) => {
    const judged = createCutWatch().judge({ session: 's', texts: [words(700)], told });
    expect(judged).toEqual(suspicious ? { tokens: told, sure: false } : undefined);
  });
});

describe('a whole prompt', () => {
  test('is never taken for a cut one, in any language, however the session grows', () => {
    const lines = [
      words(40),
      KOREAN.repeat(8),
      '🦊🌙 ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ',
      '='.repeat(400),
      'if (a < b) { return f(a, b); }\n'.repeat(9),
    ];
    for (const scale of [1, 1.6, 0.9]) {
      const watch = createCutWatch();
      const texts: string[] = [];
      for (let turn = 0; turn < 80; turn++) {
        texts.push(lines[turn % lines.length] ?? '');
        const least = texts.reduce((sum, text) => sum + text.split(/\s+/).length, 0);
        const told = Math.max(least, Math.round(total(texts) * scale));
        expect(watch.judge({ session: 's', texts: [...texts], told })?.sure, `turn ${turn}`).not.toBe(true);
      }
    }
  });

  test('is not suspected where a server counts only what it had not read before', () => {
    const watch = createCutWatch();
    const texts = [words(1500)];
    expect(watch.judge({ session: 's', texts: [...texts], told: 1600 })).toBeUndefined();
    for (const told of [60, 300, 12]) {
      texts.push(words(200));
      expect(watch.judge({ session: 's', texts: [...texts], told })).toBeUndefined();
    }
  });

  test('of a session that was trimmed is not held against the longer one before', () => {
    const watch = createCutWatch();
    expect(watch.judge({ session: 's', texts: ['system', words(1500), words(400)], told: 2050 })).toBeUndefined();
    expect(watch.judge({ session: 's', texts: ['system', words(400), words(20)], told: 540 })).toBeUndefined();
  });

  test('tells how far estimates are too low', () => {
    const watch = createCutWatch();
    expect(watch.tokensPerEstimate()).toBe(1);
    const texts = [KOREAN.repeat(50)];
    watch.judge({ session: 's', texts, told: Buffer.byteLength(texts[0] ?? '') });
    expect(watch.tokensPerEstimate()).toBeCloseTo(3.35, 1);
  });
});
