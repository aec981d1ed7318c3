import { closesCode } from './code-quotes.ts';
import { enterMark } from './enter-mark.ts';
import { createMarkFinder, type MarkFinder } from './find-mark.ts';
import { APRIEL, MARKS, WRAPS } from './formats.ts';
import { MOST_HELD, type Mode, type Reading, SHORT_REPLY, say, take } from './reading.ts';

type Reply = Extract<Mode, { is: 'reply' }>;

/** A head whose own mark was lost on the way. */
const BARE_HEAD = 'assistant<|channel|>';

const PLAIN = createMarkFinder([...MARKS.keys()]);
const WRAPPED = new Map(WRAPS.map(({ close }) => [close, createMarkFinder([...MARKS.keys(), close])]));

/** Reads on in visible text. False when more text is needed to go on. */
export function readReply(reading: Reading, mode: Reply): boolean {
  return mode.gap === 'none' ? readText(reading) : readGap(reading, mode.gap);
}

function finderFor({ wrap }: Reading): MarkFinder {
  return (wrap !== undefined && WRAPPED.get(wrap)) || PLAIN;
}

function readText(reading: Reading): boolean {
  const finder = finderFor(reading);
  const mark = finder.find(reading.buffer);
  if (mark?.at === 0) return meetMark(reading, mark.text);
  if (mark) {
    say(reading, 'text', mark.at);
    return true;
  }
  const held = finder.held(reading.buffer);
  const before = reading.buffer.length;
  say(reading, 'text', before - held);
  // What a cut leaves of a mark is no text.
  if (reading.end === 'cut') take(reading, held);
  else if (reading.end) say(reading, 'text', held);
  return reading.buffer.length < before;
}

/** A mark inside of code is text, unless it came as a control token. */
function meetMark(reading: Reading, mark: string): boolean {
  const { quotes, control, buffer, end } = reading;
  const token = control.includes(0);
  if (token) quotes.leave();
  const whole = end !== undefined || buffer.length > MOST_HELD;
  const quoted = quotes.ticks > 0 && closesCode(buffer.slice(mark.length), quotes.ticks, whole);
  if (quoted === undefined) return false;
  if (quoted) {
    say(reading, 'text', mark.length);
    return true;
  }
  quotes.leave();
  enterMark(reading, mark);
  if (mark === reading.wrap) reading.wrap = undefined;
  return true;
}

/** White space at the beginning belongs to the reply when text follows; around a thought it goes. */
function readGap(reading: Reading, gap: 'beginning' | 'after a thought'): boolean {
  const { buffer, end, last } = reading;
  const drops = gap === 'after a thought' && !/\S/.test(last.text);
  if (gap === 'after a thought' && !drops) return readOn(reading);
  const rest = buffer.trimStart();
  const space = buffer.length - rest.length;
  if (rest === '' && drops) return take(reading, space) !== '';
  const opening = openingOf(reading, rest, gap);
  if (opening === undefined && !end) return false;
  const mayBeShort = gap === 'beginning' && rest.length <= SHORT_REPLY;
  if (opening === undefined && end === 'cut' && !mayBeShort) return take(reading, buffer.length) !== '';
  if (opening || drops) take(reading, space);
  return opening ? opening() : readOn(reading);
}

/** What to do about the mark that the text begins with: false when it begins with none, undefined when more text is needed. */
function openingOf(reading: Reading, text: string, gap: 'beginning' | 'after a thought'): (() => boolean) | false | undefined {
  const finder = finderFor(reading);
  const mark = finder.find(text);
  if (mark?.at === 0) return () => meetMark(reading, mark.text);
  const special = gap === 'beginning' ? [APRIEL.open, BARE_HEAD] : WRAPS.map(({ open }) => open);
  const begun = special.find((open) => text.startsWith(open));
  if (begun !== undefined) return () => beginSpecially(reading, begun);
  return finder.held(text) === text.length || special.some((open) => open.startsWith(text)) ? undefined : false;
}

function beginSpecially(reading: Reading, opening: string): boolean {
  take(reading, opening === BARE_HEAD ? 'assistant'.length : opening.length);
  if (opening === APRIEL.open) reading.mode = { is: 'thought', format: APRIEL, labelled: true };
  else if (opening !== BARE_HEAD) reading.wrap = WRAPS.find(({ open }) => open === opening)?.close;
  return true;
}

function readOn(reading: Reading): boolean {
  reading.mode = { is: 'reply', gap: 'none' };
  return true;
}
