import type { Piece } from '../../chat.ts';
import type { Template } from '../template.ts';
import { content, joinPieces, scaffold } from './pieces.ts';

const START = '<|im_start|>';
const END = '<|im_end|>';

/** ChatML: `<|im_start|>role`, the text on the next line, `<|im_end|>`. Takes any roles in any order and changes no text. */
export const chatmlTemplate: Template = {
  name: 'chatml',
  stop: [END, START],
  render: (messages, { opening }) =>
    joinPieces([
      ...messages.flatMap((message): Piece[] => [
        scaffold(`${START}${message.role}\n`),
        content(message.content),
        scaffold(`${END}\n`),
      ]),
      scaffold(`${START}assistant\n`),
      content(opening),
    ]),
};
