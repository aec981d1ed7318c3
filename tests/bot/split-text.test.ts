import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../src/bot/split-text.ts';

/** Whether the pieces give back the text once the fence lines that a cut may have added are taken away again. */
function givesBack(pieces: readonly string[], text: string): boolean {
  const [piece, ...others] = pieces;
  if (piece === undefined) return text === '';
  const heads = [piece, piece.replace(/^`{3}[^\n]*\n/, '')];
  const candidates = new Set(heads.flatMap((head) => [head, head.replace(/```$/, ''), head.replace(/\n```$/, '')]));
  return [...candidates].some((candidate) => text.startsWith(candidate) && givesBack(others, text.slice(candidate.length)));
}

const fencesOf = (text: string): number => text.match(/`{3,}/g)?.length ?? 0;

describe('splitText', () => {
  it('leaves a text that fits alone', () => {
    expect(splitText('Hello.', 2000)).toEqual(['Hello.']);
    expect(splitText('', 2000)).toEqual([]);
  });

  it('cuts at a paragraph before a line, at a line before a sentence, and at a word before a letter', () => {
    expect(splitText(`${'a'.repeat(60)}\n\n${'b'.repeat(20)}\n${'c'.repeat(60)}`, 100)).toEqual([
      `${'a'.repeat(60)}\n\n`,
      `${'b'.repeat(20)}\n${'c'.repeat(60)}`,
    ]);
    expect(splitText(`${'word '.repeat(30)}`, 100)[0]).toBe('word '.repeat(19));
    expect(splitText('x'.repeat(250), 100).map((piece) => piece.length)).toEqual([96, 96, 58]);
  });

  it('moves a code block down whole when it fits into one piece', () => {
    const block = `\`\`\`ts\n${'let a = 1;\n'.repeat(5)}\`\`\``;
    const text = `${'Some words before. '.repeat(4)}\n${block}`;
    const pieces = splitText(text, 100);
    expect(pieces.at(-1)).toBe(block);
    expect(pieces.join('')).toBe(text);
  });

  it('closes a code block that is too long for one piece and opens it again with its language', () => {
    const text = `\`\`\`python\n${'print("hello")\n'.repeat(20)}\`\`\``;
    const pieces = splitText(text, 120);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) {
      expect(piece.startsWith('```python\n')).toBe(true);
      expect(piece.endsWith('```')).toBe(true);
      expect(fencesOf(piece)).toBe(2);
    }
  });

  it('takes an endless word behind a fence for code, and always gets on', () => {
    const text = `\`\`\`${'a'.repeat(1_992)}\n${'b'.repeat(3_000)}`;
    const pieces = splitText(text, 2_000);
    expect(pieces.length).toBeLessThan(5);
    expect(givesBack(pieces, text)).toBe(true);
    expect(splitText(`\`\`\`${'c'.repeat(32)}\n${'d'.repeat(200)}`, 50).every((piece) => piece.length <= 50)).toBe(true);
  });

  it('closes a block that the model left open', () => {
    expect(splitText('```js\nlet a', 2000)).toEqual(['```js\nlet a\n```']);
  });

  it('never cuts a grapheme: families, flags and Korean syllables of several code points stay whole', () => {
    const family = '👨‍👩‍👧‍👦';
    const pieces = splitText(family.repeat(40), 100);
    for (const piece of pieces) expect(piece.replaceAll(family, '')).toBe('');
    const jamo = '한'.repeat(120);
    for (const piece of splitText(jamo, 100)) expect(piece.replaceAll('한', '')).toBe('');
  });

  it('gives back the text, in pieces that fit with balanced fences, for 1,000 random texts', () => {
    const word = fc.constantFrom(
      'a',
      'word',
      '한국어',
      '👩🏽‍💻',
      '\n',
      '\n\n',
      ' ',
      '. ',
      '```',
      '```ts\n',
      '\n```\n',
      '`x`',
      '~~~',
      'x'.repeat(150),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 120 }), fc.integer({ min: 60, max: 300 }), (words, maxLength) => {
        const text = words.join('');
        const pieces = splitText(text, maxLength);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(maxLength);
          expect(fencesOf(piece) % 2).toBe(0);
        }
        expect(givesBack(pieces, text)).toBe(true);
      }),
      { numRuns: 1_000, seed: 7 },
    );
  });

  it('changes only the last piece or two while a text grows', () => {
    const text = 'A sentence of some words. '.repeat(40);
    let before: string[] = [];
    for (let length = 1; length <= text.length; length += 7) {
      const now = splitText(text.slice(0, length), 200);
      expect(now.slice(0, Math.max(0, before.length - 1))).toEqual(before.slice(0, -1));
      before = now;
    }
  });
});
