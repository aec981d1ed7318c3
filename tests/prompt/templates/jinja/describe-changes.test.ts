import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChatMessage } from '../../../../src/chat.ts';
import { describeChanges } from '../../../../src/prompt/templates/jinja/describe-changes.ts';
import { withoutSystem, withStrictRoles, withSystemFirst } from '../../../../src/prompt/templates/strict-roles.ts';

const say = (...roles: ChatMessage['role'][]): ChatMessage[] => roles.map((role, index) => ({ role, content: `${index}` }));

it('tells of system messages that are joined', () => {
  const messages = say('system', 'system', 'user');
  expect(describeChanges(messages, withSystemFirst(messages))).toEqual(['the system messages at the beginning are joined']);
  const alone = say('system');
  expect(describeChanges(alone, withoutSystem(alone))).toEqual(['the system message is written as a user’s']);
});

it('tells of a later system message, and of the turn that it is joined with', () => {
  const messages = say('system', 'user', 'assistant', 'system', 'user');
  const asUser = 'a system message inside the conversation is written as a user’s';
  expect(describeChanges(messages, withSystemFirst(messages))).toEqual([asUser]);
  expect(describeChanges(messages, withStrictRoles(messages))).toEqual([asUser, 'turns of one role in a row are joined']);
  const apart = say('user', 'assistant', 'system');
  expect(describeChanges(apart, withStrictRoles(apart))).toEqual([asUser]);
});

it('tells of something wherever something was done', () => {
  const role = fc.constantFrom('system' as const, 'user' as const, 'assistant' as const);
  fc.assert(
    fc.property(fc.array(role, { minLength: 1, maxLength: 7 }), (roles) => {
      const messages = say(...roles);
      for (const stricter of [withSystemFirst, withStrictRoles, withoutSystem]) {
        const after = stricter(messages);
        const isSame = JSON.stringify(after) === JSON.stringify(messages);
        expect(describeChanges(messages, after).length > 0, `${roles} → ${after.map((to) => to.role)}`).toBe(!isSame);
      }
    }),
    { numRuns: 500 },
  );
});
