import type { ChatMessage } from '../../chat.ts';

/** What the user says where a template wants the user to begin and the assistant did. */
export const PLACEHOLDER = '[The conversation begins.]';

/**
 * The same conversation for templates that take a system message only at the beginning: those that stand there are one, a later one
 * is a user's turn where it stands.
 */
export function withSystemFirst(messages: readonly ChatMessage[]): ChatMessage[] {
  const leading = messages.findIndex(({ role }) => role !== 'system');
  const [system, turns] = leading === -1 ? [messages, []] : [messages.slice(0, leading), messages.slice(leading)];
  return [...mergeNeighbours(system), ...turns.map(systemAsUser)];
}

/**
 * The same conversation for templates that demand strict roles: at most one system message, at the beginning; then user and
 * assistant in turns, the user first. Neighbours of one role become one message.
 */
export function withStrictRoles(messages: readonly ChatMessage[]): ChatMessage[] {
  const merged = mergeNeighbours(withSystemFirst(messages));
  const system = merged[0]?.role === 'system' ? merged.slice(0, 1) : [];
  const turns = merged.slice(system.length);
  const placeholder: ChatMessage[] = turns[0]?.role === 'assistant' ? [{ role: 'user', content: PLACEHOLDER }] : [];
  return [...system, ...placeholder, ...turns];
}

/** Strict roles for templates that know no system message: it stands at the beginning of the first user's turn. */
export function withoutSystem(messages: readonly ChatMessage[]): ChatMessage[] {
  const [first, second, ...rest] = withStrictRoles(messages);
  if (first?.role !== 'system') return withStrictRoles(messages);
  if (second === undefined) return [{ role: 'user', content: first.content }];
  return [{ role: 'user', content: `${first.content}\n${second.content}` }, ...rest];
}

function systemAsUser(message: ChatMessage): ChatMessage {
  return message.role === 'system' ? { ...message, role: 'user' } : message;
}

function mergeNeighbours(messages: readonly ChatMessage[]): ChatMessage[] {
  const merged: ChatMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role === message.role) merged[merged.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    else merged.push(message);
  }
  return merged;
}
