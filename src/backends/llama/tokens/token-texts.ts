import type { LlamaModel, Token } from 'node-llama-cpp';

/** What one token says by itself. */
export type TokenText = {
  /** with U+FFFD for bytes that are no whole character */
  text: string;
  /** where the text does not say them */
  bytes?: readonly number[];
};

/** The space in front of words, as SentencePiece writes it. */
const UNDERLINE = '\u2581';
/** The same in byte-level vocabularies, which have a character for each byte. */
const BYTE_LEVEL_SPACE = '\u0120';
const whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const partial = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Tokens as they stand in the vocabulary, one by one: what llama.cpp makes of a single token lacks the space in front of a word, and the
 * bytes of a part of a character.
 * https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp, llama_vocab::impl::token_to_piece
 */
export function createTokenTexts(model: LlamaModel): (token: Token) => TokenText {
  const tokens = model.fileInfo.metadata.tokenizer?.ggml?.tokens ?? [];
  const isByteLevel = model.vocabularyType === 'bpe' && tokens.includes(BYTE_LEVEL_SPACE);
  const isSpelled = isByteLevel || ['bpe', 'spm', 'wpm', 'ugm'].includes(model.vocabularyType);
  const before = model.tokenize('a', false); // the first of all tokens would lose its space

  return (token) => {
    const written = tokens[token];
    const { control, userDefined, unknown, byte } = model.getTokenAttributes(token);
    if (written === undefined || !isSpelled) return { text: model.detokenize([token], true, before) };
    if (control || userDefined || unknown) return { text: written };
    const number = byte ? /^<0x([0-9a-f]{2})>$/i.exec(written)?.[1] : undefined;
    if (number !== undefined) return textOf([Number.parseInt(number, 16)]);
    return isByteLevel ? textOf(bytesOf(written)) : { text: written.replaceAll(UNDERLINE, ' ') };
  };
}

function textOf(bytes: readonly number[]): TokenText {
  try {
    return { text: whole.decode(Uint8Array.from(bytes)) };
  } catch {
    return { text: partial.decode(Uint8Array.from(bytes)), bytes };
  }
}

/** The bytes that a byte-level token is written for; what is no byte's character stands for itself. */
function bytesOf(written: string): number[] {
  return Array.from(written).flatMap((character) => {
    const byte = BYTES.get(character);
    return byte === undefined ? [...Buffer.from(character, 'utf8')] : [byte];
  });
}

/** GPT-2's table: a printable character of Latin-1 is itself, the other bytes are U+0100 and up, in order. */
const BYTES: ReadonlyMap<string, number> = byteTable();

function byteTable(): Map<string, number> {
  const isPrintable = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const others = all.filter((byte) => !isPrintable(byte));
  return new Map([
    ...all.filter(isPrintable).map((byte): [string, number] => [String.fromCharCode(byte), byte]),
    ...others.map((byte, index): [string, number] => [String.fromCharCode(0x100 + index), byte]),
  ]);
}
