import type { Backend } from '../../src/backends/backend.ts';
import type { Piece } from '../../src/chat.ts';
import { countTokens } from '../pocket/player.ts';

/** What a session's last prompt and reply were. */
export type Stood = {
  /** texts of the prompt's contents, and the reply */
  texts: ReadonlySet<string>;
  /** tokens of both, as they were evaluated and said */
  tokens: number;
};

export function standsNow(pieces: readonly Piece[], said: { text: string; tokens: { prompt: number; reply: number } }): Stood {
  const contents = pieces.filter(({ control }) => !control).map(({ text }) => text);
  return { texts: new Set([...contents, said.text]), tokens: said.tokens.prompt + said.tokens.reply };
}

/**
 * The pieces of a prompt that were neither in the session's last prompt nor in its last reply. With a history that only grows they
 * are what follows the last reply: the end of its message, the new message, the opening of the next reply; what they have in tokens
 * is prompt - last prompt - last reply. After a trim they are the same, since what is left of the history has been there before.
 * All of a session's first prompt is new.
 */
export function newPieces(pieces: readonly Piece[], stood: ReadonlySet<string> | undefined): readonly Piece[] {
  if (!stood) return pieces;
  const message = pieces.findLastIndex(({ control }) => !control);
  const lastKnown = pieces.findLastIndex(({ text, control }, index) => index < message && !control && stood.has(text));
  return pieces.filter(({ text, control }, index) => index > lastKnown || (!control && !stood.has(text)));
}

/**
 * Counted from the text, as the tokeniser counts it, and not from what the engine says of the prompt: an engine that reads a reply
 * again in other tokens than it said does not make them new by that.
 */
export function countNewTokens(backend: Backend, pieces: readonly Piece[], stood: Stood | undefined): Promise<number> {
  return countTokens(backend, newPieces(pieces, stood?.texts));
}
