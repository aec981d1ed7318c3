import type { Piece } from '../../chat.ts';
import { APRIEL, FORMATS, HYPERCLOVA } from './formats.ts';
import type { Mode } from './reading.ts';

/** An assistant's message of a channel family that the prompt has begun. */
const MESSAGE = /<\|(?:start|begin)\|>assistant(?:(?!<\|(?:start|begin)\|>)[\s\S])*$/;

/**
 * What a prompt leaves open at its end: a thought, or a message of a channel family as the text that began it. What people wrote
 * never opens anything, and neither does a prompt that ends with the beginning of the reply.
 */
export function openedByPrompt(pieces: readonly Piece[]): Mode | { begun: string } | undefined {
  const last = pieces.findLast(({ text }) => text.trim() !== '');
  if (!last?.control) return undefined;
  const text = last.text.trimEnd();
  for (const format of [...FORMATS, APRIEL, HYPERCLOVA]) {
    const open = format.open.trimEnd();
    if (text.endsWith(open)) return { is: 'thought', format, labelled: format.label === '' };
    if (format.label !== '' && text.endsWith(open + format.label)) return { is: 'thought', format, labelled: true };
  }
  const begun = MESSAGE.exec(last.text)?.[0];
  return begun === undefined ? undefined : { begun };
}
