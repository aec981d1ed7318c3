import type { ChatMessage } from '../../../chat.ts';

type Role = ChatMessage['role'];

/** A message in a rendering: `before` is what the template wrote between the message before it, or the beginning, and it. */
export type Shown = { role: Role; before: string };

/** By what a template's text tells whose turn begins, as far as that could be learnt. */
export type RoleMarks = {
  /** the texts that the gap before such a turn ends with; undefined where nothing tells the roles apart */
  ends: Readonly<Partial<Record<Role, string>>>;
  /** gaps before a user who speaks first, at the beginning or after the system message, which some templates put into that turn */
  firstUser: ReadonlySet<string>;
  /** gaps between turns that follow each other as they should, by the role of the first */
  usual: Readonly<Record<Role, readonly string[]>>;
};

const user: ChatMessage = { role: 'user', content: 'u' };
const assistant: ChatMessage = { role: 'assistant', content: 'a' };

/** Conversations of which every template writes the roles as it should, if it takes them at all. */
export const MODEL_CONVERSATIONS: readonly (readonly ChatMessage[])[] = [
  [user, assistant, user, assistant, user, assistant, user],
  [{ role: 'system', content: 's' }, user, assistant, user, assistant, user, assistant, user],
];

/** Whether user and assistant take turns, the user first, with no system message but the first: templates are made for that. */
export function takesTurns(messages: readonly ChatMessage[]): boolean {
  const turns = messages[0]?.role === 'system' ? messages.slice(1) : messages;
  return turns.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant'));
}

/**
 * What tells the roles apart in renderings of conversations that take turns. The mark of a role is the shortest ending, of whole
 * words, that all gaps before its turns have and those before the other role's do not: what ends a turn, the date or a system prompt
 * of the template's own stand further in front.
 */
export function learnMarks(renderings: readonly (readonly Shown[])[]): RoleMarks {
  const usual: Record<Role, string[]> = { system: [], user: [], assistant: [] };
  const firstUser = new Set<string>();
  for (const shown of renderings) {
    for (const [index, { role, before }] of shown.entries()) {
      const last = shown[index - 1]?.role;
      if (last !== undefined && last !== 'system' && role !== 'system') usual[last].push(before);
      else if (role === 'user') firstUser.add(before);
    }
  }
  const [toUser, toAssistant] = [sharedEnd(usual.assistant), sharedEnd(usual.user)];
  const ends = { user: tellingEnd(toUser, toAssistant), assistant: tellingEnd(toAssistant, toUser) };
  return { ends: Object.fromEntries(Object.entries(ends).filter(([, end]) => end !== undefined)), firstUser, usual };
}

/** The first turn that stands without the mark of its role, as its place in the list; undefined when all are marked. */
export function unmarkedTurn(shown: readonly Shown[], marks: RoleMarks): number | undefined {
  const found = shown.findIndex((turn, index) => !isMarked(turn, shown[index - 1], marks));
  return found === -1 ? undefined : found;
}

function isMarked({ role, before }: Shown, last: Shown | undefined, marks: RoleMarks): boolean {
  const isFirst = last === undefined || last.role === 'system';
  if (role === 'system') return last === undefined || isMarkedLater(before, last.role, marks);
  if (role === 'user' && isFirst && marks.firstUser.has(before)) return true;
  const end = marks.ends[role];
  if (end === undefined) return true;
  const isUsual = !isFirst && last.role !== role;
  return before.endsWith(end) && (isUsual || last === undefined || !holds(before.slice(0, -end.length), otherEnd(role, marks)));
}

/** A system message inside the conversation: words of its own or a user's mark stand before it, and never the assistant's. */
function isMarkedLater(before: string, last: Role, { ends, usual }: RoleMarks): boolean {
  if (holds(before, ends.assistant)) return false;
  if (ends.user !== undefined && before.endsWith(ends.user)) return true;
  const closing = Math.max(0, ...usual[last].map((gap) => sharedStart(gap, before)));
  return /[\p{L}\p{N}]/u.test(before.slice(closing)) && !holds(before, ends.user);
}

function otherEnd(role: 'user' | 'assistant', { ends }: RoleMarks): string | undefined {
  return role === 'user' ? ends.assistant : ends.user;
}

function holds(gap: string, end: string | undefined): boolean {
  return end !== undefined && gap.includes(end.trim());
}

function sharedStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function sharedEnd(gaps: readonly string[]): string {
  return gaps.reduce((end, gap) => end.slice(end.length - endInCommon(end, gap)), gaps[0] ?? '');
}

function endInCommon(one: string, other: string): number {
  let length = 0;
  while (length < Math.min(one.length, other.length) && one.at(-1 - length) === other.at(-1 - length)) length += 1;
  return length;
}

function tellingEnd(own: string, other: string): string | undefined {
  const same = endInCommon(own, other);
  if (same === own.length) return undefined;
  let from = own.length - same - 1;
  while (from > 0 && /[\p{L}\p{N}_]/u.test(own.charAt(from - 1))) from -= 1;
  const end = own.slice(from);
  return end.trim() === '' ? undefined : end;
}
