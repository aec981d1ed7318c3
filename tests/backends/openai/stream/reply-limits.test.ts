// When a reply is long enough: rather too late than too early, whatever the language and however its server cuts it into pieces.
import { describe, expect, test } from 'vitest';
import { startMeter } from '../../../../src/backends/openai/stream/count-usage.ts';
import { createReplyLimits } from '../../../../src/backends/openai/stream/reply-limits.ts';

/** With the bytes that one token of each has, as measured with the tokenizer of GPT-4o (o200k). */
const TEXTS: readonly [string, number, string][] = [
  [
    'English',
    4.89,
    '"You came back," the old barista says, wiping the counter with a rag that has seen better decades. "I wondered whether the storm had swallowed you whole." ',
  ],
  ['Korean', 3.54, '오랜만이네요. 늙은 바리스타가 낡은 걸레로 카운터를 닦으며 말했다. 폭풍이 당신을 통째로 삼킨 줄 알았어요. '],
  ['Hindi', 7.44, 'बूढ़े बरिस्ता ने पुराने कपड़े से काउंटर पोंछते हुए कहा, तुम वापस आ गए। मुझे लगा था कि तूफान तुम्हें पूरा निगल गया होगा। '],
  ['Thai', 6.29, 'บาริสต้าชราพูดขณะเช็ดเคาน์เตอร์ด้วยผ้าเก่า คุณกลับมาแล้ว ฉันนึกว่าพายุกลืนคุณไปทั้งตัวแล้ว '],
  [
    'a table of boxes',
    13.1,
    '╔══════════════════════════════════════════╗\n║                  STATUS                  ║\n╚══════════════════════════════════════════╝\n================================================================\n',
  ],
];
const TOKENS = 600;

/** How much of a text without end is heard, in tokens: with the pieces of one token, of one character, or of many tokens. */
function heard(
  unit: string,
  bytesPerToken: number,
  limit: { totalLimit: number; visibleLimit?: number },
  pieces: string,
): number {
  const meter = startMeter([]);
  const limits = createReplyLimits({ meter, ...limit });
  const characters = [...unit.repeat(300)];
  const perToken = (bytesPerToken * [...unit].length) / Buffer.byteLength(unit);
  const size = { token: perToken, character: 1, many: 40 * perToken }[pieces] ?? 0;
  let bytes = 0;
  for (let at = 0; at < characters.length; at += size) {
    const text = characters.slice(Math.round(at), Math.round(at + size)).join('');
    if (text === '') continue;
    const parts = [{ type: 'text', text }] as const;
    meter.heard(parts);
    bytes += Buffer.byteLength(text);
    if (limits.isFull(parts) || limits.isOverrun({ text, reasoning: '' })) return bytes / bytesPerToken;
  }
  return Number.POSITIVE_INFINITY;
}

describe.each(TEXTS)('%s', (_, bytesPerToken, unit) => {
  test.each(['token', 'character', 'many'])(
    'in pieces of one %s is heard as long as was asked for, and not for ever',
    (pieces) => {
      const visible = heard(unit, bytesPerToken, { totalLimit: TOKENS + 1024, visibleLimit: TOKENS }, pieces);
      // An average has its ups and downs.
      expect(visible).toBeGreaterThan(TOKENS * 0.98);
      expect(visible).toBeLessThan(TOKENS * 4);
      const total = heard(unit, bytesPerToken, { totalLimit: TOKENS }, pieces);
      expect(total).toBeGreaterThan(TOKENS * 1.5);
      expect(total).toBeLessThan(TOKENS * 10);
    },
  );
});

test('a stream of tokens ends at the very token', () => {
  const [english = ['', 0, '']] = TEXTS;
  const visible = heard(english[2], english[1], { totalLimit: TOKENS + 1024, visibleLimit: TOKENS }, 'token');
  expect(Math.round(visible)).toBe(TOKENS);
});

test.each([2, 3])('slices of %i characters each are no tokens, and a reply of them is heard to its end', (size) => {
  const text = 'The old barista leans over the counter and tells you of the storm. '.repeat(6);
  const slices = text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
  const words = text.trim().split(' ').length;
  expect(slices.length).toBeGreaterThan(words);
  const limits = createReplyLimits({ meter: startMeter([]), totalLimit: 2000, visibleLimit: words + 20 });
  const full = slices.filter(
    (slice) => limits.isFull([{ type: 'text', text: slice }]) || limits.isOverrun({ text: slice, reasoning: '' }),
  );
  expect(full).toEqual([]);
});

describe('a stream of single Korean syllables', () => {
  const korean = TEXTS.find(([language]) => language === 'Korean')?.[2] ?? '';
  function pieces(sendsTokens: boolean): number {
    const limits = createReplyLimits({ meter: startMeter([]), totalLimit: 2000, visibleLimit: 100, sendsTokens });
    const syllables = [...korean.repeat(20)];
    return (
      syllables.findIndex((text) => limits.isFull([{ type: 'text', text }]) || limits.isOverrun({ text, reasoning: '' })) + 1
    );
  }

  test('may have fewer tokens than pieces, unless its server is known to send tokens', () => {
    expect(pieces(false)).toBeGreaterThan(150);
    expect(pieces(true)).toBe(100);
  });
});

describe('a reply that was kept back to its end', () => {
  function cut(text: string, reply: { tokens?: number; pieces: number; visibleLimit: number }): string {
    const meter = startMeter([]);
    const limits = createReplyLimits({ meter, totalLimit: 2000, visibleLimit: reply.visibleLimit });
    for (let piece = 0; piece < reply.pieces; piece++) limits.isOverrun({ text: 'x', reasoning: '' });
    if (reply.tokens !== undefined) meter.server = { prompt_tokens: 9, completion_tokens: reply.tokens };
    const parts = [{ type: 'text', text }] as const;
    meter.heard(parts);
    return limits
      .cut(parts)
      .parts.map((part) => part.text)
      .join('');
  }

  test('is cut by what its server counted', () => {
    expect(cut('word '.repeat(100), { tokens: 100, pieces: 100, visibleLimit: 50 })).toBe('word '.repeat(50));
  });

  test('is whole where its server counted more tokens than the text can have', () => {
    expect(cut('Hi.', { tokens: 900, pieces: 900, visibleLimit: 300 })).toBe('Hi.');
  });

  test('is cut by its words where the server counted nothing', () => {
    expect(cut('word '.repeat(100), { pieces: 4, visibleLimit: 50 })).toBe('word '.repeat(50));
    expect(cut('बरिस्ता ने काउंटर '.repeat(10), { pieces: 4, visibleLimit: 50 })).toBe('बरिस्ता ने काउंटर '.repeat(10));
  });
});
