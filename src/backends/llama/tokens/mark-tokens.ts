import type { LlamaModel, Token } from 'node-llama-cpp';
import { TURN_ENDS, tokenTexts } from '../../thinking/formats.ts';

/** Tokens of a vocabulary that say where thoughts, messages and turns begin and end. */
export type MarkTokens = {
  /** control tokens, which llama.cpp writes as nothing, by what they say */
  texts: ReadonlyMap<Token, string>;
  /** tokens with which a turn ends, beside those that llama.cpp knows as such */
  ends: ReadonlySet<Token>;
  /** A text of marks as tokens that go on from others. */
  tokenise(text: string): Token[];
};

/**
 * Looks the marks up in a vocabulary. llama.cpp makes some of Harmony's control tokens user-defined when it loads a model, so that
 * they are written out; they are marks all the same. A mark of plain characters (`<think>`) that is a user-defined token is
 * not among these: a model can also write about it.
 */
export function findMarkTokens(model: LlamaModel): MarkTokens {
  const texts = new Map<Token, string>();
  for (const text of tokenTexts()) {
    const [token, ...more] = model.tokenize(text, true);
    if (token === undefined || more.length > 0) continue;
    const { control, userDefined } = model.getTokenAttributes(token);
    if (control || (userDefined && text.startsWith('<|'))) texts.set(token, text);
  }
  return {
    texts,
    ends: new Set([...texts].flatMap(([token, text]) => (TURN_ENDS.includes(text) ? [token] : []))),
    // A SentencePiece vocabulary would put a space first.
    tokenise: (text) =>
      model.vocabularyType === 'spm' ? model.tokenize(text, true, 'trimLeadingSpace') : model.tokenize(text, true),
  };
}
