import type { Piece } from '../../chat.ts';
import { controlSpans } from '../neutralise.ts';
import { content, joinPieces, scaffold } from './pieces.ts';

const FIRST_MARKER = 0xf_0000; // the private-use plane: no tokenizer, template or message gives these characters a meaning
const MARKERS = /[\u{F0000}-\u{FFFFD}]/gu;

/** What stands in the place of a content to learn where a template puts it. An empty content has none: templates ask for that. */
export function markerFor(text: string, index: number): string {
  return text === '' ? '' : String.fromCodePoint(FIRST_MARKER + index);
}

/**
 * Splits a rendering into scaffolding and contents by comparing it with the rendering of markers in place of the contents. It is
 * taken only when the whole rendering is explained: every marker once, every content verbatim or trimmed. Undefined otherwise.
 */
export function placeByMarkers(rendering: string, marked: string, contents: readonly string[]): Piece[] | undefined {
  const order = Array.from(marked.matchAll(MARKERS), (match) => (match[0].codePointAt(0) ?? 0) - FIRST_MARKER);
  const expected = contents.flatMap((text, index) => (text === '' ? [] : [index]));
  if (order.length !== expected.length || new Set(order).size !== order.length) return undefined;
  if (order.some((index) => !contents[index])) return undefined;
  const [head = '', ...tails] = marked.split(MARKERS);
  if (!rendering.startsWith(head)) return undefined;
  const pieces: Piece[] = [scaffold(head)];
  let position = head.length;
  for (const [step, tail] of tails.entries()) {
    const at = position;
    const text = formsOf(contents[order[step] ?? 0] ?? '').find(
      (form) => rendering.startsWith(form, at) && rendering.startsWith(tail, at + form.length),
    );
    if (text === undefined) return undefined;
    pieces.push(content(text), scaffold(tail));
    position += text.length + tail.length;
  }
  return position === rendering.length ? joinPieces(pieces) : undefined;
}

/** Splits a rendering by finding each content in it, in order, never inside a control token. Undefined when one is missing. */
export function placeInOrder(rendering: string, contents: readonly string[]): Piece[] | undefined {
  const spans = controlSpans(rendering);
  const pieces: Piece[] = [];
  let position = 0;
  for (const text of contents) {
    const found = findForm(rendering, text, { from: position, spans });
    if (!found) return undefined;
    pieces.push(scaffold(rendering.slice(position, found.at)), content(found.form));
    position = found.at + found.form.length;
  }
  return joinPieces([...pieces, scaffold(rendering.slice(position))]);
}

/** A content as templates write it: verbatim, or without white space at its ends. */
function formsOf(text: string): string[] {
  return [...new Set([text, text.trim(), text.trimEnd(), text.trimStart()])];
}

type Search = { from: number; spans: readonly [number, number][] };

function findForm(rendering: string, text: string, { from, spans }: Search): { form: string; at: number } | undefined {
  for (const form of formsOf(text)) {
    let at = rendering.indexOf(form, from);
    while (at >= 0 && form !== '' && overlaps(spans, at, at + form.length)) at = rendering.indexOf(form, at + 1);
    if (at >= 0) return { form, at };
  }
  return undefined;
}

function overlaps(spans: readonly [number, number][], start: number, end: number): boolean {
  return spans.some(([from, to]) => start < to && end > from);
}
