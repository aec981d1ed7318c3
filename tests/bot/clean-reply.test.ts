import { describe, expect, it } from 'vitest';
import { cleanReply } from '../../src/bot/clean-reply.ts';

describe('cleanReply', () => {
  it.each([
    ['Rook: The usual?', 'The usual?'],
    ['  rook:  The usual?\n', 'The usual?'],
    ['The usual?', 'The usual?'],
    ['Rook says hi: ho', 'Rook says hi: ho'],
    ['Rook:', ''],
    ['   ', ''],
  ])('makes %j read %j once it is whole', (said, shown) => {
    expect(cleanReply(said, 'Rook', true)).toBe(shown);
  });

  it('shows nothing while the text could still become the persona’s own name', () => {
    const shown = [...'Rook: Aye'].map((_, index, letters) => cleanReply(letters.slice(0, index + 1).join(''), 'Rook', false));
    expect(shown).toEqual(['', '', '', '', '', '', 'A', 'Ay', 'Aye']);
    expect(cleanReply('Well. \n', 'Rook', false)).toBe('Well.');
    expect(cleanReply('Roo is', 'Rook', false)).toBe('Roo is');
  });
});
