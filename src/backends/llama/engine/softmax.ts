import type { Token } from 'node-llama-cpp';

/** The probabilities of logits, in their order, without the tokens that are so unlikely that llama.cpp's floats call it 0. */
export function softmax(logits: ReadonlyMap<Token, number>): Map<Token, number> {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits.values()) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits.values()) sum += Math.exp(logit - largest);
  const probabilities = new Map<Token, number>();
  for (const [token, logit] of logits) {
    if (Math.fround(Math.exp(logit - largest)) > 0) probabilities.set(token, Math.exp(logit - largest) / sum);
  }
  return probabilities;
}

/** Shannon's entropy, in bits. */
export function entropyOf(probabilities: ReadonlyMap<Token, number>): number {
  let bits = 0;
  for (const p of probabilities.values()) bits -= p * Math.log2(p);
  return Math.max(0, bits);
}
