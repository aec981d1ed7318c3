import { enterMark } from './enter-mark.ts';
import { createMarkFinder } from './find-mark.ts';
import { MARKS } from './formats.ts';
import { backToReply, type Mode, type Reading, SHORT_REPLY, take } from './reading.ts';

type Head = Extract<Mode, { is: 'head' }>;

const CHANNEL = '<|channel|>';
const HEAD_MARKS = createMarkFinder(
  [...MARKS].flatMap(([text, { kind }]) => (kind === 'open' || kind === 'close' ? [] : [text])),
);
/** A head is a few words; what is longer has lost its body. */
const LONGEST_HEAD = 200;

/** Reads the head of a message: its role, its addressee, its channel. False when more text is needed to go on. */
export function readHead(reading: Reading, mode: Head): boolean {
  const { buffer } = reading;
  const mark = HEAD_MARKS.find(buffer);
  const before = mark ? mark.at : buffer.length - HEAD_MARKS.held(buffer);
  if (!mode.sure && !mayBeHead(buffer.slice(0, before))) {
    backToReply(reading);
    return true;
  }
  if (!mark) return readPart(reading, mode, before);
  mode.said += take(reading, mark.at);
  const kind = MARKS.get(mark.text);
  if (kind?.kind === 'skip') take(reading, mark.text.length);
  else if (kind?.kind === 'channel') {
    reading.family = 'harmony';
    mode.said += take(reading, mark.text.length);
    mode.sure = true;
  } else if (kind?.kind === 'body' && kind.is === 'as its head says') {
    take(reading, mark.text.length);
    beginBody(reading, mode.said);
  } else enterMark(reading, mark.text);
  return true;
}

function readPart(reading: Reading, mode: Head, length: number): boolean {
  const { end, buffer } = reading;
  if (!mode.sure && !(end === 'cut' && buffer.trim().length > SHORT_REPLY)) {
    if (end) backToReply(reading);
    return end !== undefined;
  }
  const part = take(reading, end ? reading.buffer.length : length);
  mode.said += part;
  if (mode.said.length > LONGEST_HEAD) reading.mode = { is: 'hidden message' };
  return part !== '';
}

/** Whether a text without a mark before it can be the beginning of a head; it is the reply otherwise. */
function mayBeHead(text: string): boolean {
  const head = text.trimStart();
  return 'assistant'.startsWith(head) || /^(?:assistant)?\s*(?:t|to|to=\S{0,80})?\s*$/.test(head);
}

function beginBody(reading: Reading, head: string): void {
  const [role = '', channel] = head.split(CHANNEL);
  const addressee = /\bto=(\S+)/.exec(head)?.[1];
  const speaker = role.replace(/\bto=\S+/, '').trim();
  if (addressee === 'self' || addressee === 'user') reading.family = 'muse';
  if (speaker !== '' && speaker !== 'assistant') reading.mode = { is: 'over', mark: `<|start|>${speaker}` };
  else if (addressee === undefined ? channel === undefined || /^\s*final\b/.test(channel) : addressee === 'user') {
    backToReply(reading);
  } else {
    reading.showedOpening ??= true;
    reading.last.reasoning = '';
    reading.mode = { is: 'hidden message' };
  }
}
