import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REASONING_TOKENS, reasoningBudget, roomForReply } from '../../src/backends/reasoning-budget.ts';

test('a thought may be as long as the persona says where there is room', () => {
  for (const thinking of ['off', 'low', 'full'] as const) {
    expect(reasoningBudget({ thinking, maxTokens: 300, room: 32_768 })).toBe(REASONING_TOKENS[thinking]);
  }
});

test('a thought leaves room for the reply, or half of what there is', () => {
  const tokens = fc.integer({ min: 1, max: 20_000 });
  fc.assert(
    fc.property(fc.constantFrom('off', 'low', 'full'), tokens, tokens, (thinking, maxTokens, room) => {
      const budget = reasoningBudget({ thinking, maxTokens, room });
      expect(budget).toBeLessThanOrEqual(REASONING_TOKENS[thinking]);
      expect(room - budget).toBeGreaterThanOrEqual(Math.min(maxTokens, Math.floor(room / 2)));
    }),
  );
});

test('room is kept free for what may be thought and said, at most half of the context', () => {
  const room = (thinking: 'off' | 'low' | 'full', contextTokens: number) =>
    roomForReply({ sampling: { maxTokens: 300 } as never, thinking, contextTokens });
  expect([room('off', 8192), room('low', 8192), room('full', 8192)]).toEqual([300, 1324, 4096]);
});
