import type { ChatMessage, Piece } from '../../chat.ts';
import { strip } from './jinja/python/python-text.ts';
import { content, joinPieces, scaffold } from './pieces.ts';

const FIRST_MARKER = 0xf_0000; // the private-use plane: no tokenizer, template or message gives these characters a meaning
const MARKERS = /[\u{F0000}-\u{FFFFD}]/gu;

/** The same messages with one character in the place of each content. One without words stays as it is: templates ask for that. */
export function markContents(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map((message, index) =>
    isBlank(message.content) ? message : { ...message, content: String.fromCodePoint(FIRST_MARKER + index) },
  );
}

/** Whether a content is empty or white space only, as templates see it. */
export function isBlank(text: string): boolean {
  return strip(text, {}) === '';
}

/** The text with others in the place of the characters that could be taken for markers. */
export function replaceMarkers(text: string, other: (marker: string) => string): string {
  return text.replace(MARKERS, other);
}

/** The places of the messages in a rendering of markers, in the order in which they stand there. */
export function orderOf(marked: string): number[] {
  return Array.from(marked.matchAll(MARKERS), (match) => (match[0].codePointAt(0) ?? 0) - FIRST_MARKER);
}

/** What a template wrote before, between and behind the markers, in the order in which it stands. */
export function gapsOf(marked: string): string[] {
  return marked.split(MARKERS);
}

/** The same pieces with these texts in the places of the markers, in the order in which they stand. */
export function fillMarkers(pieces: readonly Piece[], texts: readonly string[]): Piece[] {
  const rest = texts.values();
  const filled = pieces.flatMap((piece) => {
    const [head, ...tails] = gapsOf(piece.text).map((text): Piece => ({ ...piece, text }));
    return [...(head ? [head] : []), ...tails.flatMap((tail) => [content(rest.next().value ?? ''), tail])];
  });
  return joinPieces(filled);
}

/**
 * Splits a rendering into scaffolding and contents by comparing it with the rendering of markers in place of the contents. It is
 * taken only when the whole rendering is explained: every content where its marker stands, as templates write it. Undefined otherwise.
 */
export function placeContents(rendering: string, marked: string, contents: readonly string[]): Piece[] | undefined {
  const order = orderOf(marked);
  const [head = '', ...tails] = gapsOf(marked);
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
