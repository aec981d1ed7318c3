import type { ChatMessage } from '../../../chat.ts';
import { PLACEHOLDER } from '../strict-roles.ts';

/** What became of a conversation on its way into stricter roles, one clause each, for people. */
export function describeChanges(before: readonly ChatMessage[], after: readonly ChatMessage[]): string[] {
  if (before === after) return [];
  const firstTurn = before.findIndex(({ role }) => role !== 'system');
  const later = before.some(({ role }, index) => role === 'system' && index > firstTurn && firstTurn !== -1);
  const greets = before[firstTurn]?.role === 'assistant' && after.find(({ role }) => role !== 'system')?.role === 'user';
  const changes: (string | false | undefined)[] = [
    later && 'a system message inside the conversation is written as a user’s',
    hasNeighbours(before) && !hasNeighbours(after) && 'turns of one role in a row are joined',
    greets && `the user’s line "${PLACEHOLDER}" stands before the greeting`,
    before[0]?.role === 'system' && after[0]?.role !== 'system' && 'the system message begins the first user’s turn',
  ];
  return changes.filter((change) => typeof change === 'string');
}

function hasNeighbours(messages: readonly ChatMessage[]): boolean {
  return messages.some(({ role }, index) => index > 0 && role === messages[index - 1]?.role);
}
