/** UTF-8 bytes a token stands for on average; counting bytes keeps Korean and emoji about right. */
export const BYTES_PER_TOKEN = 3.35;

/** Tokens of a text where no tokeniser is at hand. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}
