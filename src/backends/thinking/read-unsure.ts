import { closesBlock, codeAround, FENCE } from './code-quotes.ts';
import { createMarkFinder } from './find-mark.ts';
import { APRIEL, MARKS } from './formats.ts';
import { backToReply, MOST_HELD, type Mode, type Reading, say, take } from './reading.ts';

type Unsure = Extract<Mode, { is: 'unsure' }>;

/** What is left of `<|start|>assistant<|channel|>final<|message|>` where a server leaves control tokens out. */
const BARE_FINAL = 'assistantfinal';
const FINDER = createMarkFinder([
  ...[...MARKS].flatMap(([text, { kind }]) => (kind === 'skip' || kind === 'body' ? [] : [text])),
  BARE_FINAL,
]);

/**
 * Keeps everything back until a mark tells whether it is a thought whose beginning the server kept to itself, or the reply. Where
 * none comes it is the reply when it is whole, and a thought when it was cut. False when more text is needed to go on.
 */
export function readUnsure(reading: Reading, mode: Unsure): boolean {
  const mark = FINDER.find(reading.buffer, mode.scanned);
  if (!mark) return readWithoutMark(reading, mode);
  const quoted = isQuoted(reading, mark);
  if (quoted === undefined) return false;
  if (quoted && mode.thinks && isEndInCode(reading, mark)) mode.quoted = mark;
  const before = reading.buffer.slice(0, mark.at);
  const verdict = quoted ? 'nothing' : judge(mark.text, before);
  if (verdict === 'nothing') mode.scanned = mark.at + mark.text.length;
  else if (verdict === 'reply' && !mode.thought) isReply(reading);
  else endThought(reading, before, mark.text);
  return true;
}

function readWithoutMark(reading: Reading, mode: Unsure): boolean {
  const { buffer, end } = reading;
  mode.scanned = Math.max(mode.scanned, buffer.length - FINDER.longest + 1);
  mode.thought ||= buffer.length > MOST_HELD || end === 'cut';
  if (!mode.thought) {
    if (end) endUnmarked(reading, mode);
    return end !== undefined;
  }
  delete mode.quoted;
  say(reading, 'reasoning', end ? buffer.length : mode.scanned);
  mode.scanned = 0;
  return end !== undefined;
}

/** A model that is known to think has ended its thought somewhere: where no mark of it stands outside of code, one in code is it. */
function endUnmarked(reading: Reading, { quoted }: Unsure): void {
  if (quoted) endThought(reading, reading.buffer.slice(0, quoted.at), quoted.text);
  else isReply(reading);
}

/** What a mark says about the text before it. */
function judge(mark: string, before: string): 'reply' | 'thought' | 'nothing' {
  switch (MARKS.get(mark)?.kind) {
    case 'close':
      return before.trimStart().startsWith(APRIEL.open) ? 'reply' : 'thought';
    case 'message':
    case 'channel':
      return /^\s*(?:assistant)?\s*$/.test(before) ? 'reply' : 'thought';
    // A thought may write about the mark that opens one; a model that opens one begins a line with it.
    case 'open':
      return /(?:^|\n)[ \t]*$/.test(before) ? 'reply' : 'nothing';
    case 'turn-end':
      return 'reply';
    case 'message-end':
      return 'nothing';
    default:
      return /^\s*(?:analysis|commentary)/.test(before) ? 'thought' : 'nothing';
  }
}

type Found = { at: number; text: string };

/** Right between backticks, or in code that holds the opening mark as well. */
function isQuoted(reading: Reading, mark: Found): boolean | undefined {
  const { buffer, end } = reading;
  const after = mark.at + mark.text.length;
  if (buffer[mark.at - 1] !== '`') return isInCode(reading, mark);
  return after === buffer.length && !end ? undefined : buffer[after] === '`';
}

/** It ends thoughts, and more than backticks right around it make it a quotation. */
function isEndInCode({ buffer }: Reading, { at, text }: Found): boolean {
  return MARKS.get(text)?.kind === 'close' && buffer[at - 1] !== '`';
}

/**
 * A fence that a thought leaves open must not hide the end of the thought: only code that is closed counts, and the mark that ends a
 * thought is a quotation only where the one that it closes stands before it in the same code.
 */
function isInCode({ buffer, end }: Reading, { at, text }: Found): boolean | undefined {
  const mark = MARKS.get(text);
  // A thought may show in a fence how thoughts are written: that opens nothing.
  if (mark?.kind === 'open') return (codeAround(buffer, at)?.ticks ?? 0) >= FENCE;
  if (mark?.kind !== 'close') return false;
  const { open } = mark.format;
  if (!buffer.slice(0, at).includes(open)) return false;
  const code = codeAround(buffer, at);
  if (!code) return false;
  const before = buffer.slice(code.from, at);
  if (before.split(open).length <= before.split(text).length) return false;
  const closed = closesBlock(buffer.slice(at + text.length), code.ticks, end !== undefined || buffer.length > MOST_HELD);
  // Cut in the middle of the code: nothing is decided yet, and all of it stays hidden.
  return closed === false && end === 'cut' ? true : closed;
}

/** A text that talks about the one it is for, or about how to answer, is no reply: so models think. */
const THINKS_ALOUD = [
  /\b(?:the|this) user\b|\buser(?:'s|’s| (?:is|asks?|asked|says?|said|wants?|wrote|just|has)\b)|用户|用戶|ユーザー|사용자/i,
  /\b(?:in character|role-?play|persona|system prompt|(?:respond|reply|answer) (?:as|in the)|the (?:character|prompt|instructions?|request|scene)|let me think)\b/i,
  /\b(?:I|we)(?:'ll|’ll| will| should| must| need to| have to) (?:respond|reply|answer)\b/i,
];

/** How sure it is that a text is the reply which was cut and which no mark told apart. */
export type Trust = 'none' | 'likely' | 'sure';

/**
 * A text that was cut and that no mark told apart becomes the reply. Where that is only likely, it must not read like a thought; a
 * story says such words as well, so they count for nothing where it is sure. Right before the end.
 */
export function trustUnmarked(reading: Reading, trust: Trust): void {
  const { mode, buffer } = reading;
  if (trust === 'none' || mode.is !== 'unsure' || mode.thought) return;
  if (trust === 'sure' || !THINKS_ALOUD.some((words) => words.test(buffer))) isReply(reading);
}

function isReply(reading: Reading): void {
  reading.mode = { is: 'reply', gap: 'beginning' };
}

/** A mark that only ends a thought goes; any other is left for the reply to read. */
function endThought(reading: Reading, before: string, mark: string): void {
  const thought = before.replace(/<\|(?:end|eom)\|>\s*$/, '');
  say(reading, 'reasoning', thought.length);
  const kind = MARKS.get(mark)?.kind;
  take(reading, before.length - thought.length + (kind === 'close' || kind === undefined ? mark.length : 0));
  reading.showedOpening = false;
  backToReply(reading);
}
