import type { LlamaModel, Token } from 'node-llama-cpp';
import { createDetokeniser } from './detokeniser.ts';

/** The tokens that a sequence holds or held, and what they were made of as far as that is known. */
export type Script = {
  /** a prompt and what was said after it */
  readonly tokens: readonly Token[];
  /** the pieces of that prompt, by where their tokens begin */
  readonly spans: ReadonlyMap<number, Span>;
};
export type Span = { text: string; control: boolean; end: number };

/** Tokens that spell the beginning of a text, and how much of the text they spell (UTF-16 units). */
type Spelled = { tokens: readonly Token[]; length: number };

/**
 * What a model said does not always tokenise again to what it said it with; a prompt that showed it with other tokens would have to be
 * evaluated from there on. So a text takes the tokens that stand in its place in the script, as far as they spell it.
 *
 * Where the two part inside a word, that word is left out: its tokens may be others when it is whole.
 * @param from where in the script the text begins
 * @param steers whether a token is a control or user-defined one, which content never becomes
 */
export function knownTokens(
  text: string,
  { model, script, from }: { model: LlamaModel; script: Script; from: number },
  steers: (token: Token) => boolean,
): Spelled {
  const { tokens } = script;
  const detokeniser = createDetokeniser(model, tokens.slice(0, from));
  const ends: number[] = [];
  let spelled = 0;
  let at = from;
  for (; at < tokens.length && spelled < text.length; at += 1) {
    const token = tokens[at] as Token;
    if (steers(token) || model.isEogToken(token)) break;
    const piece = detokeniser.push(token);
    if (!text.startsWith(piece, spelled)) break;
    spelled += piece.length;
    ends.push(detokeniser.waiting ? Number.NaN : spelled);
  }
  const scriptEnded = at === tokens.length;
  while (ends.length > 0 && !isBorder(text, ends.at(-1) ?? 0, scriptEnded && at === from + ends.length)) ends.pop();
  return { tokens: tokens.slice(from, from + ends.length), length: ends.at(-1) ?? 0 };
}

/** Whether the rest of a text may be tokenised by itself from there on. */
function isBorder(text: string, at: number, scriptEnds: boolean): boolean {
  if (Number.isNaN(at)) return false;
  return scriptEnds || at === text.length || /\s/.test(text[at] ?? '') || text[at - 1] === '\n';
}
