import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStopFilter } from '../../src/backends/filter-stops.ts';

function filter(pieces: readonly string[], stops: readonly string[]) {
  const stopFilter = createStopFilter(stops);
  const shown = pieces.map((piece) => stopFilter.push(piece));
  return { shown, text: shown.join('') + stopFilter.rest(), stoppedBy: stopFilter.stoppedBy };
}

describe('the stop filter', () => {
  test('shows nothing of a stop string that comes in pieces', () => {
    expect(filter(['Well', '.\n', 'Us', 'er', ': and'], ['\nUser:'])).toEqual({
      shown: ['Well', '.', '', '', ''],
      text: 'Well.',
      stoppedBy: '\nUser:',
    });
  });

  test('gives back what only began like one', () => {
    expect(filter(['a\nUs', 'ual'], ['\nUser:'])).toMatchObject({ shown: ['a', '\nUsual'], stoppedBy: undefined });
    expect(filter(['a\nUse'], ['\nUser:'])).toMatchObject({ shown: ['a'], text: 'a\nUse' });
  });

  test('finds a stop string that begins inside its own beginning', () => {
    expect(filter(['aa', 'ab!'], ['aab'])).toMatchObject({ text: 'a', stoppedBy: 'aab' });
  });

  test('holds half an emoji back, and never shows half of one', () => {
    expect(filter(['\ud83e', '\udd8a.'], []).shown).toEqual(['', '🦊.']);
    expect(filter(['no\ud83e'], []).text).toBe('no\ufffd');
  });

  test('does not care how the text is cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '🦊'), maxLength: 24 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '🦊'), maxLength: 4 }), { maxLength: 3 });
    fc.assert(
      fc.property(letters, stops, fc.array(fc.nat(24), { maxLength: 6 }), (text, needles, cuts) => {
        const borders = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const pieces = borders.slice(1).map((border, index) => text.slice(borders[index], border));
        const whole = filter([text], needles);
        expect(filter(pieces, needles)).toMatchObject({ text: whole.text, stoppedBy: whole.stoppedBy });
        expect(needles.filter(Boolean).some((stop) => whole.text.includes(stop))).toBe(false);
        expect(text.startsWith(whole.text)).toBe(true);
        if (whole.stoppedBy === undefined) expect(whole.text).toBe(text);
      }),
    );
  });
});
