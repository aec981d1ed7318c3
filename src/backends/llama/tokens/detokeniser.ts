import type { LlamaModel, Token } from 'node-llama-cpp';

/**
 * Text from tokens that arrive one at a time. A character whose bytes are spread over tokens comes out when it is whole; one
 * that never becomes whole does not come out at all.
 */
type Detokeniser = {
  push(token: Token): string;
  /** These came and are no text: what a character still waits for does not come any more. */
  skip(tokens: readonly Token[]): void;
  /** whether a character waits for the rest of its bytes */
  readonly waiting: boolean;
};

/** So many tokens without an end of a character are no text; without a bound each would cost more than the one before. */
const LONGEST_HOLD_TOKENS = 64;
const REMEMBERED_TOKENS = 4;

/** @param preceding the tokens before the first: a space at the beginning of a text is not always written */
export function createDetokeniser(model: Pick<LlamaModel, 'detokenize'>, preceding: readonly Token[] = []): Detokeniser {
  let before: Token[] = preceding.slice(-REMEMBERED_TOKENS);
  let held: Token[] = [];
  /** characters of the held tokens that are out already */
  let shown = 0;

  const release = (text: string): string => {
    const rest = text.slice(shown);
    before = [...before, ...held].slice(-REMEMBERED_TOKENS);
    held = [];
    shown = 0;
    return rest;
  };
  return {
    push(token) {
      held.push(token);
      const text = model.detokenize(held, false, before);
      const whole = text.replace(/\ufffd+$/, '');
      if (whole.length === text.length || held.length >= LONGEST_HOLD_TOKENS) return release(text);
      const fresh = whole.slice(shown);
      shown = Math.max(shown, whole.length);
      return fresh;
    },
    skip(tokens) {
      held.push(...tokens);
      release('');
    },
    get waiting() {
      return held.length > 0;
    },
  };
}
