import type { Piece } from '../../chat.ts';

/** What a template writes: it may hold control tokens. */
export function scaffold(text: string): Piece {
  return { text, control: true };
}

/** What people, personas and operators wrote: it never becomes a control token. */
export function content(text: string): Piece {
  return { text, control: false };
}

/** Without empty pieces, and with neighbouring scaffolding in one: tokenizers see it as templates meant it. */
export function joinPieces(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    if (piece.text === '') continue;
    const last = joined.at(-1);
    if (last?.control && piece.control) joined[joined.length - 1] = scaffold(last.text + piece.text);
    else joined.push(piece);
  }
  return joined;
}
