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

/** What a template wrote before each marker, in the order in which they stand; what follows the last is left out. */
export function gapsOf(marked: string): string[] {
  return marked.split(MARKERS).slice(0, -1);
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

/**
 * The same for a rendering that is not wholly explained: a template left something out of a content, or wrote something else for what it
 * says. Contents that stand between what stands around their markers are placed; the rest is scaffolding, so that it must be neutral.
 */
export function placeSomeContents(rendering: string, marked: string, contents: readonly string[]): Piece[] {
  const order = orderOf(marked);
  const [head = '', ...tails] = marked.split(MARKERS);
  const pieces: Piece[] = [];
  let position = 0;
  const goTo = (end: number) => {
    pieces.push(scaffold(rendering.slice(position, end)));
    position = end;
  };
  goTo(rendering.startsWith(head) ? head.length : endOf(rendering, head, 0));
  for (const [step, tail] of tails.entries()) {
    const text = formAt(rendering, position, { text: contents[order[step] ?? -1] ?? '', tail });
    if (text !== undefined) {
      pieces.push(content(text));
      position += text.length;
    }
    goTo(endOf(rendering, tail, position));
  }
  goTo(rendering.length);
  return joinPieces(pieces);
}

/** UTF-16 units; less than that is everywhere. */
const ENOUGH_OF_AN_END = 4;

/** Where a text ends in another, from a place on: all of it, or else as much of its end as is there. The place itself, if it is not. */
function endOf(rendering: string, text: string, from: number): number {
  for (let length = text.length; length > 0; length = Math.floor(length / 2)) {
    if (length < text.length && length < ENOUGH_OF_AN_END) break;
    const at = rendering.indexOf(text.slice(-length), from);
    if (at >= 0) return at + length;
  }
  return from;
}

/** How a content is written there: before what stands behind its marker, or before the beginning of that, where all of it is nowhere. */
function formAt(rendering: string, at: number, { text, tail }: { text: string; tail: string }): string | undefined {
  const forms = formsOf(text).filter((form) => form !== '' && rendering.startsWith(form, at));
  const whole = forms.find((form) => rendering.startsWith(tail, at + form.length));
  if (whole !== undefined || forms.length === 0 || rendering.includes(tail, at)) return whole;
  return forms.find((form) => rendering.startsWith(tail.slice(0, 1), at + form.length));
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
