const FENCE = /`{3,}/g;
/** As Discord reads it; a longer word is code, and must not eat the room of every piece that opens the block again. */
const LANGUAGE = /^[\w+.#-]{0,32}(?=\n)/;
/** What a closing fence adds: a line break and three backticks. */
const CLOSING = '\n```';

/** A code block that is open at some place: the language behind its opening fence, and where that fence stands (-1: earlier). */
type OpenFence = { language: string; at: number };

/** The block that is open after `text`, when `before` was open ahead of it. Discord toggles at every run of three backticks. */
function fenceAfter(text: string, before: OpenFence | undefined): OpenFence | undefined {
  let open = before && { ...before, at: -1 };
  for (const fence of text.matchAll(FENCE)) {
    const behind = text.slice(fence.index + fence[0].length);
    open = open ? undefined : { language: LANGUAGE.exec(behind)?.[0] ?? '', at: fence.index };
  }
  return open;
}

/** Whether a text ends inside a code block. */
export function endsInsideBlock(text: string): boolean {
  return fenceAfter(text, undefined) !== undefined;
}

/** Places to cut at, best first; each is tried in the last half of what fits. */
const BREAKS = [/\n\n+/g, /\n+/g, /[.!?。！？…]["'”’)\]]*\s+/g, /\s+/g];

function lastBreak(window: string): number | undefined {
  for (const pattern of BREAKS) {
    let end = 0;
    for (const found of window.matchAll(pattern)) end = found.index + found[0].length;
    if (end > window.length / 2) return end;
  }
  return undefined;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The largest place ≤ `limit` that cuts neither a grapheme nor a run of backticks; `limit` less a half surrogate if all is one. */
function hardCut(text: string, limit: number): number {
  const window = text.slice(0, limit + 64); // no sane grapheme reaches further
  let cut = graphemes.segment(window).containing(limit)?.index ?? limit;
  while (cut > 0 && window[cut] === '`' && window[cut - 1] === '`') cut -= 1;
  if (cut > 0) return cut;
  const halvesPair = /[\uD800-\uDBFF]/.test(text[limit - 1] ?? '');
  return Math.max(1, halvesPair ? limit - 1 : limit);
}

/** Where a block that opens at `at` ends in `text`; its end where it never closes. */
function blockEnd(text: string, at: number): number {
  const fences = [...text.slice(at).matchAll(FENCE)];
  const closing = fences[1];
  return closing ? at + closing.index + closing[0].length : text.length;
}

function chooseCut(text: string, limit: number, open: OpenFence | undefined, maxLength: number): number {
  const cut = lastBreak(text.slice(0, limit)) ?? hardCut(text, limit);
  const inside = fenceAfter(text.slice(0, cut), open);
  if (!inside || inside.at <= 0) return cut;
  // The cut falls into a block that began in this piece: move the block down whole where it fits, or where little is lost by it.
  const fits = blockEnd(text, inside.at) - inside.at <= maxLength;
  return fits || inside.at >= limit / 2 ? inside.at : cut;
}

/**
 * Cuts a text into pieces of at most `maxLength` UTF-16 code units, at paragraphs, lines, sentences or words where it can. A code
 * block that must be cut is closed and opened again with its language; less those added fence lines the pieces give back the text.
 * A text that grows keeps its earlier pieces nearly always, so that a streamed reply edits only the last one.
 */
export function splitText(text: string, maxLength: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  let open: OpenFence | undefined;
  while (rest !== '') {
    const prefix = open ? `\`\`\`${open.language}\n` : '';
    const room = maxLength - prefix.length;
    const whole = prefix + rest + (fenceAfter(rest, open) ? CLOSING : '');
    if (whole.length <= maxLength) return [...pieces, whole];
    const cut = chooseCut(rest, room - CLOSING.length, open, maxLength);
    const slice = rest.slice(0, cut);
    const stillOpen = fenceAfter(slice, open);
    pieces.push(prefix + slice + (stillOpen ? (slice.endsWith('\n') ? '```' : CLOSING) : ''));
    rest = rest.slice(cut);
    open = stillOpen;
  }
  return pieces;
}
