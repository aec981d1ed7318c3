import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/chat.ts';
import { PromptTooLongError } from '../../src/errors.ts';
import { fit as trim } from '../../src/prompt/fit.ts';

const house: Segment = { layer: 'house', role: 'system', text: 'si', tokens: 20 };
const greeting: Segment = { layer: 'greeting', role: 'assistant', text: 'hello', tokens: 10 };
const message: Segment = { layer: 'message', role: 'user', text: 'hi', tokens: 10 };

function turn(seq: number, change: Partial<Segment> = {}): Segment {
  return { layer: 'history', role: seq % 2 === 1 ? 'user' : 'assistant', text: `turn ${seq}`, tokens: 10, seq, ...change };
}

function turns(count: number, from = 1): Segment[] {
  return Array.from({ length: count }, (_, index) => turn(from + index));
}

const room = { contextTokens: 300, replyTokens: 100, overheadPerSegment: 0 }; // a budget of 200: trims above 180, down to 120
const seqs = (segments: readonly Segment[]) => segments.flatMap(({ seq }) => seq ?? []);

describe('fit', () => {
  it('leaves everything at exactly 90 % of the budget', () => {
    const segments = [house, ...turns(15), message];
    expect(trim({ ...room, segments })).toEqual({ segments, cut: undefined, tokens: 180 });
  });

  it('leaves out whole old turns above that, down to 60 %, and tells the newest one that went', () => {
    const fitted = trim({ ...room, segments: [house, ...turns(16), message] });
    expect(fitted).toMatchObject({ cut: 8, tokens: 110 });
    expect(seqs(fitted.segments)).toEqual([9, 10, 11, 12, 13, 14, 15, 16]);
  });

  it('does not cut again while the session grows back to 90 %', () => {
    const { segments, cut = 0 } = trim({ ...room, segments: [house, ...turns(16), message] });
    const later = [house, ...segments.filter(({ layer }) => layer === 'history'), ...turns(6, 17), message];
    expect(trim({ ...room, segments: later })).toMatchObject({ cut: undefined, tokens: 170 });
    expect(trim({ ...room, segments: [...later.slice(0, -1), ...turns(2, 23), message] }).cut).toBeGreaterThan(cut);
  });

  it('lets the greeting go with the first turn, and never before', () => {
    const kept = trim({ ...room, segments: [house, greeting, ...turns(14), message] });
    expect(kept.segments[1]).toBe(greeting);
    const trimmed = trim({ ...room, segments: [house, greeting, ...turns(15), message] });
    expect(trimmed.segments.map(({ layer }) => layer)).not.toContain('greeting');
    expect(trimmed.tokens).toBeLessThanOrEqual(120);
  });

  it('keeps pinned turns and every other layer', () => {
    const example: Segment = { layer: 'examples', role: 'user', text: 'example', tokens: 10 };
    const recap: Segment = { layer: 'recap', role: 'system', text: 'recap', tokens: 10 };
    const segments = [house, example, recap, turn(1, { pinned: true }), ...turns(15, 2), message];
    const fitted = trim({ ...room, segments });
    expect(fitted.segments.slice(0, 4)).toEqual([house, example, recap, turn(1, { pinned: true })]);
    expect(fitted.segments.at(-1)).toBe(message);
    expect(fitted.cut).toBeGreaterThan(1);
  });

  it('lets what remains begin with a user’s turn', () => {
    const segments = [house, turn(1, { tokens: 75 }), ...turns(8, 2), message];
    const fitted = trim({ ...room, segments });
    expect(fitted).toMatchObject({ cut: 2 });
    expect(fitted.segments[1]).toMatchObject({ seq: 3, role: 'user' });
  });

  it('counts the template’s overhead and the speakers’ names', () => {
    expect(trim({ contextTokens: 1000, replyTokens: 100, overheadPerSegment: 5, segments: [house, message] }).tokens).toBe(40);
    expect(trim({ ...room, segments: [{ ...message, name: '미나' }] }).tokens).toBe(13);
  });

  it('takes a message that fits alone, and refuses one that does not with what it needs and what there is', () => {
    const long = { ...message, tokens: 175 };
    expect(trim({ ...room, segments: [house, ...turns(4), long] })).toMatchObject({ tokens: 195, cut: 4 });
    const tooLong = { ...message, tokens: 181 };
    expect(() => trim({ ...room, segments: [house, ...turns(4), tooLong] })).toThrow(
      expect.objectContaining({ name: 'PromptTooLongError', needed: 201, available: 200 }),
    );
    expect(() => trim({ contextTokens: 100, replyTokens: 300, segments: [message] })).toThrow(PromptTooLongError);
  });

  it('refuses segments that nobody has counted', () => {
    expect(() => trim({ ...room, segments: [{ ...message, tokens: 0 }] })).toThrow('count all segments');
    expect(trim({ ...room, segments: [{ ...message, text: '', tokens: 0 }] }).tokens).toBe(0);
  });
});
