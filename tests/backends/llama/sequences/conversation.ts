// A conversation as the bot has it: every request holds all of it, with the replies as they were shown.
import type { Backend } from '../../../../src/backends/backend.ts';
import type { Piece, Sampling } from '../../../../src/chat.ts';
import { chatml, type Heard, hear, request } from '../ask.ts';

export type Conversation = {
  readonly pieces: readonly Piece[];
  /** What the member says is answered; both are remembered. */
  say(backend: Backend, text: string, dials?: Partial<Sampling>): Promise<Heard>;
};

/** @param system what stands before it in every session of the persona */
export function converse(session: string, { persona = 'sunny', system = '' } = {}): Conversation {
  const turns: Piece[] = system === '' ? [] : [...chatml(system).slice(0, 2), { text: '<|im_end|>\n', control: true }];
  const joined = (): Piece[] => {
    const pieces: Piece[] = [];
    for (const piece of turns) {
      const last = pieces.at(-1);
      if (last?.control && piece.control) pieces[pieces.length - 1] = { text: last.text + piece.text, control: true };
      else pieces.push(piece);
    }
    return pieces;
  };
  return {
    get pieces() {
      return joined();
    },
    async say(backend, text, dials = {}) {
      turns.push(...chatml(text));
      const rendered = { input: 'pieces' as const, pieces: joined() };
      const heard = await hear(
        backend,
        request('', { maxTokens: 12, ...dials }, { rendered, session, persona, seed: turns.length }),
      );
      turns.push({ text: heard.text, control: false }, { text: '<|im_end|>\n', control: true });
      return heard;
    },
  };
}
