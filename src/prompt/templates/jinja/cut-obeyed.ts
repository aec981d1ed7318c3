import type { ChatMessage, Piece } from '../../../chat.ts';
import { content, joinPieces, scaffold } from '../pieces.ts';
import { gapsOf, isBlank, markContents, orderOf, placeContents } from '../place-contents.ts';

/** `text`: what the template makes of the messages, which hold what the system says and markers. `marked`: what it makes of markers only. */
export type Obeyed = { text: string; marked: string; messages: readonly ChatMessage[] };

/** `ask`: undefined where the template refuses. `neutralise`: what a system message says, without control tokens. */
export type Cutter = {
  ask: (messages: readonly ChatMessage[]) => string | undefined;
  neutralise: (content: string) => string;
};

/**
 * Tells what a template made of system messages from what it wrote around them, where it obeyed them. What is taken out of a message,
 * or written in small letters, can put a control token together: it is made plain once more, and is content. Undefined where that
 * cannot be told.
 */
export function cutObeyed(obeyed: Obeyed, { ask, neutralise }: Cutter): Piece[] | undefined {
  const bracketed = ask(withBrackets(obeyed.messages));
  const cut = bracketed === undefined ? undefined : cutAtBrackets(obeyed, bracketed);
  if (cut) return cut.map((piece) => (isSystem(piece) ? content(neutralise(piece.text)) : piece));
  const along = cutAlongGaps(obeyed);
  const heard = along?.filter(isSystem).map(({ text }) => text);
  // less sure: it may be elsewhere, and tokens in it may be the template's own
  const isSure = heard?.every((text) => neutralise(text) === text) && isMostOf(heard.join(''), obeyed.messages);
  return isSure ? along : undefined;
}

function isMostOf(heard: string, messages: readonly ChatMessage[]): boolean {
  const said = messages.flatMap((message) => (message.role === 'system' ? [message.content] : []));
  return heard.length * 2 >= said.join('').length;
}

/** The contents of the others are still markers. */
function isSystem({ text, control }: Piece): boolean {
  return !control && orderOf(text).length === 0;
}

function withBrackets(messages: readonly ChatMessage[]): ChatMessage[] {
  const markers = markContents(messages);
  return messages.map((message, index) => {
    const bracket = markers[index]?.content ?? '';
    const isSpoken = message.role === 'system' && !isBlank(message.content);
    return isSpoken ? { ...message, content: bracket + message.content + bracket } : message;
  });
}

/** Undefined where the brackets themselves change what the template writes: it may look at the ends of what is said. */
function cutAtBrackets({ text, messages }: Obeyed, bracketed: string): Piece[] | undefined {
  const contents = messages.map((message) => message.content);
  let marked = bracketed;
  for (const [index, bracket] of markContents(messages).entries()) {
    if (messages[index]?.role !== 'system' || isBlank(bracket.content)) continue;
    const parts = marked.split(bracket.content);
    const [, inside = ''] = parts;
    if (parts.length < 3 || parts.length % 2 === 0 || orderOf(inside).length > 0) return undefined;
    contents[index] = inside;
    marked = parts.filter((_, place) => place % 2 === 0).join(bracket.content);
  }
  return placeContents(text, marked, contents);
}

/** The same gaps as around the marker of a system message, in a text in which the markers of the others stand as they do there. */
function cutAlongGaps({ text, marked, messages }: Obeyed): Piece[] | undefined {
  const [head = '', ...tails] = gapsOf(marked);
  const runs = [[head]]; // what stands around the system messages that stand between two others
  for (const [place, index] of orderOf(marked).entries()) {
    const tail = tails[place] ?? '';
    if (messages[index]?.role === 'system') runs.at(-1)?.push(tail);
    else runs.push([tail]);
  }
  const others = orderOf(text).map((index) => scaffold(messages[index]?.content ?? ''));
  const pieces: Piece[] = [];
  for (const [place, segment] of gapsOf(text).entries()) {
    const cut = cutSegment(segment, runs[place] ?? []);
    if (!cut) return undefined;
    pieces.push(...cut, ...others.slice(place, place + 1));
  }
  return joinPieces(pieces);
}

function cutSegment(segment: string, [before = '', behind, ...more]: readonly string[]): Piece[] | undefined {
  if (behind === undefined) return [scaffold(segment)];
  const rest = segment.slice(before.length);
  if (more.length > 0 || !segment.startsWith(before) || !rest.endsWith(behind)) return undefined;
  return [scaffold(before), content(rest.slice(0, rest.length - behind.length)), scaffold(behind)];
}
