import type { ChatMessage, Piece, Thinking } from '../../../chat.ts';
import { quoteLinesOf } from '../../speakers/speakers.ts';
import type { Template } from '../../template.ts';
import { content, joinPieces, scaffold } from '../pieces.ts';
import { withStrictRoles, withSystemFirst } from '../strict-roles.ts';

/** What a template writes before and after a text. */
type Around = readonly [before: string, after: string];

/** How one model family writes roles, to the byte as its official template does. */
export type Scaffolding = {
  /** Before everything. Never the begin-of-sequence token: the engine and completion servers add it, and it would stand there twice. */
  start?: string;
  system: Around;
  /** a system message after the first turn, where it is not written like the first */
  laterSystem?: Around;
  /** in the place of the system message when there is none */
  withoutSystem?: string;
  user: Around;
  /** a reply of the past, of which no reasoning is kept */
  assistant: Around;
  /** how the next reply opens */
  reply: string;
  /** The model reasons first: nothing of the reply may stand before that, so the opening of the persona's line is left out. */
  reasonsFirst?: boolean;
};

/** A model family that is asked for by its name. */
export type Family = {
  name: string;
  /** texts that end the reply, where the model does not end it by itself: the likeliest first, for servers that take only a few */
  stop: readonly string[];
  /**
   * Which conversations the official template takes:
   * - `any`: every role at every place, neighbours of one role too;
   * - `system first`: the same, but a later system message becomes a user's turn, as `withSystemFirst` makes it;
   * - `strict`: system, then user and assistant in turns, as `withStrictRoles` makes them.
   */
  turns: 'any' | 'system first' | 'strict';
  /** the system message stands inside the first user's turn, before its text */
  foldsSystem?: true;
  /** roles whose texts lose the white space at their ends */
  trim?: readonly ChatMessage['role'][];
  /** Words that part the roles where no control token does: a line of a turn that begins with one and a colon is quoted. */
  roleWords?: readonly string[];
  scaffolding: Scaffolding | ((asked: Asked) => Scaffolding);
};

/** `now`: ms since the epoch */
type Asked = { thinking: Thinking; now: number };

/** The template of a family. It takes every conversation: what the official one rejects is brought into the form that it takes. */
export function familyTemplate(family: Family): Template {
  const { name, stop, scaffolding } = family;
  return {
    name,
    stop,
    async render(messages, { opening, thinking = 'off', now = Date.now() }) {
      const written = typeof scaffolding === 'function' ? scaffolding({ thinking, now }) : scaffolding;
      return giveSpaces(joinPieces([...writeTurns(family, written, messages), ...writeReply(written, opening)]));
    },
  };
}

function writeTurns(family: Family, written: Scaffolding, messages: readonly ChatMessage[]): Piece[] {
  const arranged = arrange(messages, family.turns).map((message) => ({ ...message, content: textOf(message, family) }));
  const leading = arranged[0]?.role === 'system' ? arranged[0] : undefined;
  const turns = leading ? arranged.slice(1) : arranged;
  const system = leading ? surround(written.system, leading.content) : [scaffold(written.withoutSystem ?? '')];
  const write = ({ role, content: text }: ChatMessage): Piece[] =>
    surround(role === 'system' ? (written.laterSystem ?? written.system) : written[role], text);
  const start = scaffold(written.start ?? '');
  if (!leading || !family.foldsSystem) return [start, ...system, ...turns.flatMap(write)];
  const [opener, ...rest] = turns;
  const [before, after] = written.user;
  return [start, scaffold(before), ...system, content(opener?.content ?? ''), scaffold(after), ...rest.flatMap(write)];
}

function surround([before, after]: Around, text: string): Piece[] {
  return [scaffold(before), content(text), scaffold(after)];
}

function arrange(messages: readonly ChatMessage[], turns: Family['turns']): ChatMessage[] {
  if (turns === 'strict') return withStrictRoles(messages);
  return turns === 'any' ? [...messages] : withSystemFirst(messages);
}

function textOf({ role, content: text }: ChatMessage, { trim, roleWords }: Family): string {
  const trimmed = trim?.includes(role) ? text.trim() : text;
  return roleWords && role !== 'system' ? quoteLinesOf(trimmed, roleWords) : trimmed;
}

/** An opening stands where the text of a past reply would: after what the model would have said between the two by itself. */
function writeReply({ assistant: [before], reply, reasonsFirst }: Scaffolding, opening: string): Piece[] {
  if (opening === '' || reasonsFirst) return [scaffold(reply)];
  const between = before.startsWith(reply) ? before.slice(reply.length) : '';
  return [scaffold(reply + between), content(opening)];
}

/**
 * The spaces before a text, given to the text: ` Hello` is one token to every tokenizer, and what the model says by itself after its
 * role; a space and `Hello` are two, so that the engine would not know its own last reply again.
 */
function giveSpaces(pieces: readonly Piece[]): Piece[] {
  const given = pieces.map((piece, index) => {
    const [before, after] = [pieces[index - 1], pieces[index + 1]];
    if (piece.control) return after ? scaffold(piece.text.replace(/ +$/, '')) : piece;
    return content((before?.control ? (/ +$/.exec(before.text)?.[0] ?? '') : '') + piece.text);
  });
  return joinPieces(given);
}
