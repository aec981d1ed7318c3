import { type Family, MARKS } from './formats.ts';
import { backToReply, type Reading, take } from './reading.ts';

const FAMILIES: Readonly<Record<string, Family>> = {
  '<|channel|>': 'harmony',
  '<|begin|>': 'solar',
  '<|content|>': 'solar',
  '<|think|>': 'solar',
  '<|tool_calls|>': 'solar',
  '<|eom|>': 'muse',
};

/** Takes the mark with which the buffer begins, and goes on with what it says. */
export function enterMark(reading: Reading, text: string): void {
  take(reading, text.length);
  const mark = endsReply(reading, text) ? ({ kind: 'turn-end' } as const) : MARKS.get(text);
  reading.family = FAMILIES[text] ?? reading.family;
  if (mark?.kind === 'open') {
    reading.showedOpening ??= true;
    reading.last.reasoning = '';
    reading.mode = { is: 'thought', format: mark.format, labelled: mark.format.label === '' };
  } else if (mark?.kind === 'message') reading.mode = { is: 'head', said: '', sure: true };
  else if (mark?.kind === 'channel') {
    reading.showedOpening ??= true;
    reading.mode = { is: 'head', said: text, sure: true };
  } else if (mark?.kind === 'message-end') reading.mode = { is: 'head', said: '', sure: false };
  else if (mark?.kind === 'body' && mark.is === 'thought') {
    reading.showedOpening ??= true;
    reading.mode = { is: 'hidden message' };
  } else if (mark?.kind === 'turn-end') reading.mode = { is: 'over', mark: text };
  else {
    // A thought ends here whose beginning nobody saw: the template opened it.
    if (mark?.kind === 'close' && reading.last.text !== '') reading.showedOpening ??= false;
    backToReply(reading);
  }
}

/** The message that is for people is the last of a turn; other messages may follow where it was empty. */
function endsReply({ mode, last }: Reading, text: string): boolean {
  return text === '<|end|>' && mode.is === 'reply' && last.text.trim() !== '';
}
