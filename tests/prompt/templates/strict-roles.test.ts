import { expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/chat.ts';
import { withoutSystem, withStrictRoles, withSystemFirst } from '../../../src/prompt/templates/strict-roles.ts';

const rolesAndTexts = (messages: readonly ChatMessage[]) => messages.map(({ role, content }) => `${role}: ${content}`);
const messagesOf = (...lines: string[]): ChatMessage[] =>
  lines.map((line) => {
    const role = line.startsWith('s') ? 'system' : line.startsWith('u') ? 'user' : 'assistant';
    return { role, content: line };
  });

it('strict roles have one system message, then user and assistant in turns', () => {
  const strict = withStrictRoles(messagesOf('s1', 's2', 'a1', 'u1', 'u2', 's3', 'a2', 'a3'));
  expect(rolesAndTexts(strict)).toEqual([
    'system: s1\n\ns2',
    'user: [The conversation begins.]',
    'assistant: a1',
    'user: u1\n\nu2\n\ns3',
    'assistant: a2\n\na3',
  ]);
});

it('with the system first a later system message is a user’s turn where it stands, and nothing else changes', () => {
  const given = messagesOf('s1', 's2', 'a1', 'u1', 'u2', 's3', 's4', 'a2', 'a3');
  expect(rolesAndTexts(withSystemFirst(given))).toEqual([
    'system: s1\n\ns2',
    'assistant: a1',
    'user: u1',
    'user: u2',
    'user: s3',
    'user: s4',
    'assistant: a2',
    'assistant: a3',
  ]);
  for (const messages of [messagesOf('s1', 'a1', 'u1', 'u2'), messagesOf('u1', 'u2'), messagesOf('s1'), []]) {
    expect(withSystemFirst(messages)).toEqual(messages);
  }
});

it('a conversation that is strict already stays as it is', () => {
  for (const messages of [messagesOf('s1', 'u1', 'a1', 'u2'), messagesOf('u1'), []]) {
    expect(withStrictRoles(messages)).toEqual(messages);
  }
});

it('without a system role its text begins the first user’s turn', () => {
  expect(rolesAndTexts(withoutSystem(messagesOf('s1', 'u1', 'a1')))).toEqual(['user: s1\nu1', 'assistant: a1']);
  expect(rolesAndTexts(withoutSystem(messagesOf('s1')))).toEqual(['user: s1']);
  expect(withoutSystem(messagesOf('u1', 'a1'))).toEqual(messagesOf('u1', 'a1'));
});
