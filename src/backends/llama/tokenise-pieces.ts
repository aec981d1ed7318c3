import type { LlamaModel, Token } from 'node-llama-cpp';
import type { Piece } from '../../chat.ts';

export type Tokeniser = {
  /** A rendered prompt as tokens; content pieces never become control tokens, whatever their text. */
  prompt(pieces: readonly Piece[]): Token[];
  /** Tokens of a text as content. */
  content(text: string): Token[];
};

/** @param markupTokens user-defined tokens of the vocabulary which llama.cpp reads even where special tokens are off */
export function createTokeniser(model: LlamaModel, markupTokens: readonly string[]): Tokeniser {
  // A SentencePiece vocabulary puts a space before each text it is given; only the first piece of a prompt should have it.
  const putsSpace = model.vocabularyType === 'spm';

  const plain = (text: string, first: boolean, special: boolean): Token[] =>
    putsSpace && !first ? model.tokenize(text, special, 'trimLeadingSpace') : model.tokenize(text, special);

  const content = (text: string, first = true): Token[] =>
    breakMarkup(text, markupTokens).flatMap((part, index) => plain(part, first && index === 0, false));

  const prompt = (pieces: readonly Piece[]): Token[] => {
    const tokens = pieces
      .filter(({ text }) => text !== '')
      .flatMap(({ text, control }, index) => (control ? plain(text, index === 0, true) : content(text, index === 0)));
    const { bos, shouldPrependBosToken } = model.tokens;
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
  };
  return { prompt, content: (text) => content(text) };
}

/** Cuts the text inside each occurrence of a token's text, after its first character, so that no tokeniser finds it whole. */
function breakMarkup(text: string, markupTokens: readonly string[]): string[] {
  const present = markupTokens.filter((token) => text.includes(token));
  let parts = [text];
  for (const token of present) parts = parts.flatMap((part) => breakOne(part, token));
  return parts;
}

function breakOne(text: string, token: string): string[] {
  const pieces = text.split(token);
  return pieces.flatMap((piece, index) => {
    const before = index === 0 ? '' : token.slice(1);
    const after = index === pieces.length - 1 ? '' : token.slice(0, 1);
    const part = before + piece + after;
    return part === '' ? [] : [part];
  });
}
