import { enterMark } from './enter-mark.ts';
import { createMarkFinder, type MarkFinder } from './find-mark.ts';
import { APRIEL, FORMATS, type Format, HYPERCLOVA, MARKS, TURN_ENDS } from './formats.ts';
import { backToReply, type Mode, type Reading, say, take } from './reading.ts';

type Thought = Extract<Mode, { is: 'thought' }>;

const FINDERS = new Map([...FORMATS, APRIEL, HYPERCLOVA].map((format) => [format, createMarkFinder(endsOf(format))]));
const MESSAGE_MARKS = createMarkFinder(
  [...MARKS].flatMap(([text, { kind }]) => (['open', 'close', 'skip'].includes(kind) ? [] : [text])),
);

function endsOf({ close, replies }: Format): string[] {
  return [close, ...replies, ...TURN_ENDS.filter((end) => !close.startsWith(end))];
}

/** Reads on in a thought between two marks. False when more text is needed to go on. */
export function readThought(reading: Reading, mode: Thought): boolean {
  if (!mode.labelled) return readLabel(reading, mode);
  const finder = FINDERS.get(mode.format);
  if (!finder) throw new Error(`No marks are known for thoughts that begin with ${mode.format.open}.`);
  const mark = readUpToMark(reading, finder);
  if (typeof mark === 'boolean') return mark;
  if (TURN_ENDS.includes(mark)) enterMark(reading, mark);
  else {
    take(reading, mark.length);
    backToReply(reading);
  }
  return true;
}

/** Reads on in a message that is not for people. */
export function readHiddenMessage(reading: Reading): boolean {
  const mark = readUpToMark(reading, MESSAGE_MARKS);
  if (typeof mark === 'boolean') return mark;
  enterMark(reading, mark);
  return true;
}

/** The label and the line break behind it, or nothing of both. */
function readLabel(reading: Reading, mode: Thought): boolean {
  const { buffer, end } = reading;
  const { label, close } = mode.format;
  const [line, closed] = [`${label}\n`, `${label}${close}`];
  const begins = line.startsWith(buffer) || closed.startsWith(buffer);
  if (begins && buffer !== line && buffer !== closed && !end) return false;
  if (buffer.startsWith(line)) take(reading, line.length);
  else if (buffer.startsWith(closed) || (begins && buffer.startsWith(label))) take(reading, label.length);
  mode.labelled = true;
  return true;
}

/** The mark at the beginning of the buffer once all before it has been said; else whether anything was. */
function readUpToMark(reading: Reading, finder: MarkFinder): string | boolean {
  const { buffer, end } = reading;
  const mark = finder.find(buffer);
  if (mark?.at === 0) {
    const quoted = isQuoted(reading, mark.text);
    if (!quoted) return quoted === false && mark.text;
    say(reading, 'reasoning', mark.text.length);
    return true;
  }
  say(reading, 'reasoning', mark ? mark.at : buffer.length - (end ? 0 : finder.held(buffer)));
  return reading.buffer.length < buffer.length;
}

/** Whether a thought only writes about the mark: between backticks, and not as a control token. */
function isQuoted({ buffer, control, end, last }: Reading, mark: string): boolean | undefined {
  if (control.includes(0) || last.reasoning !== '`') return false;
  if (buffer.length === mark.length && !end) return undefined;
  return buffer[mark.length] === '`';
}
