import type { ChatMessage } from '../../../chat.ts';
import { PLACEHOLDER, withSystemFirst } from '../strict-roles.ts';

/** What became of a conversation on its way into stricter roles, one clause each, for people. */
export function describeChanges(before: readonly ChatMessage[], after: readonly ChatMessage[]): string[] {
  if (before === after) return [];
  const firstTurn = before.findIndex(({ role }) => role !== 'system');
  const leading = firstTurn === -1 ? before.length : firstTurn;
  const turns = before.slice(leading);
  const isFolded = before[0]?.role === 'system' && after[0]?.role !== 'system';
  const greets = turns[0]?.role === 'assistant' && after.find(({ role }) => role !== 'system')?.role === 'user';
  const changes: (string | false | undefined)[] = [
    leading > 1 && 'the system messages at the beginning are joined',
    turns.some(({ role }) => role === 'system') && 'a system message inside the conversation is written as a user’s',
    hasNeighbours(withSystemFirst(turns)) && !hasNeighbours(after) && 'turns of one role in a row are joined',
    greets && `the user’s line "${PLACEHOLDER}" stands before the greeting`,
    isFolded &&
      (turns.length > 0 ? 'the system message begins the first user’s turn' : 'the system message is written as a user’s'),
  ];
  return changes.filter((change) => typeof change === 'string');
}

function hasNeighbours(messages: readonly ChatMessage[]): boolean {
  return messages.some(({ role }, index) => index > 0 && role === messages[index - 1]?.role);
}
