import type { Piece } from '../../chat.ts';
import { CHANNEL_CLOSINGS } from './formats.ts';
import { openedByPrompt } from './opened-by-prompt.ts';
import { readHead } from './read-head.ts';
import { readReply } from './read-reply.ts';
import { readHiddenMessage, readThought } from './read-thought.ts';
import { readUnsure, type Trust, trustUnmarked } from './read-unsure.ts';
import { backToReply, beginReading, type Mode, type Reading, type Spoken } from './reading.ts';

export type ThinkingSplitter = {
  /** `control`: the text is that of a control token, so that no mark in it is quoted. */
  push(text: string, control?: boolean): Spoken[];
  /** What was kept back, once nothing more comes. */
  rest(ending?: TextEnding): Spoken[];
  /** A thought came by another way: what comes now is the reply, or opens its next thought itself. */
  settle(): void;
  /** Whether what comes now is no part of the reply: a thought, a head, the white space behind them. */
  readonly thinking: boolean;
  /** what ends the thought that is open and begins the reply; undefined while none is open */
  readonly closing: string | undefined;
  /** the mark with which the model ended its turn; nothing is passed on after it */
  readonly turnEnd: string | undefined;
  /** whether the text itself showed where its first thought began; undefined while no thought has come */
  readonly showedOpening: boolean | undefined;
  /** whether nothing has told yet if what came is a thought that an unseen prompt opened, or the reply */
  readonly unmarked: boolean;
};

export type TextEnding = {
  /** the text ended in the middle */
  cut?: boolean;
  /** the evidence that a text which no mark told apart is the reply, although it was cut; left out: none */
  isReply?: Trust;
};

type Opening = {
  /** the prompt, where it is known */
  pieces?: readonly Piece[];
  /** The prompt is not known and may have opened a thought. */
  unsure?: boolean;
  /** The model is known to think before it answers: a text that it has ended holds the end of a thought, be it in code. */
  thinks?: boolean;
};

/**
 * Tells a model's thoughts, in whatever format, from the text that is for people, and takes away the marks and the white space
 * between them. The result does not depend on how the text was cut. In the visible text a mark inside of code is text.
 */
export function createThinkingSplitter({ pieces = [], unsure = false, thinks = false }: Opening = {}): ThinkingSplitter {
  const opened: Mode = unsure ? { is: 'unsure', scanned: 0, thought: false, thinks } : { is: 'reply', gap: 'beginning' };
  const reading = beginReading(opened);
  continuePrompt(reading, pieces);
  return {
    push(text, control = false) {
      if (control) reading.control = [...reading.control, reading.buffer.length];
      reading.buffer += text;
      return readAll(reading);
    },
    rest({ cut = false, isReply = 'none' } = {}) {
      trustUnmarked(reading, isReply);
      reading.end = cut ? 'cut' : 'whole';
      return readAll(reading);
    },
    settle() {
      if (reading.mode.is === 'unsure' || (reading.mode.is === 'reply' && reading.last.text === '')) backToReply(reading);
      reading.showedOpening ??= true;
    },
    get thinking() {
      return isThinking(reading);
    },
    get closing() {
      return closingOf(reading);
    },
    get turnEnd() {
      return reading.mode.is === 'over' ? reading.mode.mark : undefined;
    },
    get showedOpening() {
      return reading.showedOpening;
    },
    get unmarked() {
      return reading.mode.is === 'unsure';
    },
  };
}

function continuePrompt(reading: Reading, pieces: readonly Piece[]): void {
  const opened = openedByPrompt(pieces);
  if (!opened) return;
  if ('is' in opened) {
    reading.mode = opened;
    return;
  }
  reading.buffer = opened.begun;
  readAll(reading);
  // What the model says first may still be no head.
  if (reading.mode.is === 'head') reading.mode.sure = reading.mode.said.includes('<|channel|>');
}

function readAll(reading: Reading): Spoken[] {
  while (reading.buffer !== '' && step(reading));
  const { spoken } = reading;
  reading.spoken = [];
  return spoken;
}

function step(reading: Reading): boolean {
  const { mode } = reading;
  switch (mode.is) {
    case 'reply':
      return readReply(reading, mode);
    case 'thought':
      return readThought(reading, mode);
    case 'hidden message':
      return readHiddenMessage(reading);
    case 'head':
      return readHead(reading, mode);
    case 'unsure':
      return readUnsure(reading, mode);
    case 'over':
      reading.buffer = '';
      return false;
  }
}

function isThinking({ mode, last }: Reading): boolean {
  if (mode.is === 'reply') return mode.gap === 'after a thought' && last.text.trim() === '';
  return mode.is !== 'over';
}

function closingOf({ mode, family }: Reading): string | undefined {
  if (mode.is === 'thought') return mode.format.closing;
  const open = mode.is === 'hidden message' || (mode.is === 'head' && mode.sure);
  return open ? CHANNEL_CLOSINGS[family] : undefined;
}
