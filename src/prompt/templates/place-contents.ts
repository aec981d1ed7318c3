import type { ChatMessage, Piece } from '../../chat.ts';
import { strip } from './jinja/python/python-text.ts';
import { content, joinPieces, scaffold } from './pieces.ts';

const FIRST_MARKER = 0xf_0000; // the private-use plane: no tokenizer, template or message gives these characters a meaning
const MARKERS = /[\u{F0000}-\u{FFFFD}]/gu;

/** The same messages with one character in the place of each content. An empty content stays empty: templates ask for that. */
export function markContents(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map((message, index) => ({
    ...message,
    content: message.content && String.fromCodePoint(FIRST_MARKER + index),
  }));
}

/** The places of the messages in a rendering of markers, in the order in which they stand there. */
export function orderOf(marked: string): number[] {
  return Array.from(marked.matchAll(MARKERS), (match) => (match[0].codePointAt(0) ?? 0) - FIRST_MARKER);
}

/**
 * Splits a rendering into scaffolding and contents by comparing it with the rendering of markers in place of the contents. It is
 * taken only when the whole rendering is explained: every content where its marker stands, as templates write it. Undefined otherwise.
 */
export function placeContents(rendering: string, marked: string, contents: readonly string[]): Piece[] | undefined {
  const order = orderOf(marked);
  const [head = '', ...tails] = marked.split(MARKERS);
  if (!rendering.startsWith(head)) return undefined;
  const pieces: Piece[] = [scaffold(head)];
  let position = head.length;
  for (const [step, tail] of tails.entries()) {
    const at = position;
    const text = formsOf(contents[order[step] ?? -1] ?? '').find(
      (form) => rendering.startsWith(form, at) && rendering.startsWith(tail, at + form.length),
    );
    if (text === undefined) return undefined;
    pieces.push(content(text), scaffold(tail));
    position += text.length + tail.length;
  }
  return position === rendering.length ? joinPieces(pieces) : undefined;
}

/** A content as templates write it: verbatim, without white space or line breaks at its ends, or as a string of JSON. */
function formsOf(text: string): string[] {
  const forms = new Set([
    text,
    strip(text, {}),
    strip(text, { start: false }),
    strip(text, { end: false }),
    strip(text, {}, '\n'),
    strip(text, { start: false }, '\n'),
    strip(text, { end: false }, '\n'),
    JSON.stringify(text).slice(1, -1),
  ]);
  return [...forms];
}
