import { type Chat, firstMs, type Said } from './chat.ts';

/** What the turns of a scenario came to. Tokens of prompts; replies are not counted. */
export type Tally = {
  turns: number;
  newTokens: number;
  evaluated: number;
  /** without each session's first turn, of which the whole prompt is new */
  later: { newTokens: number; evaluated: number };
  /** how often old turns were cut */
  cuts: number;
  /** turns whose prompt has not the tokens in it that the last reply was said in */
  retold: number;
  /** of each turn: tokens of the prompt, and ms to the first text */
  prompts: { tokens: number; newTokens: number; firstMs: number }[];
};

export function emptyTally(): Tally {
  return { turns: 0, newTokens: 0, evaluated: 0, later: { newTokens: 0, evaluated: 0 }, cuts: 0, retold: 0, prompts: [] };
}

/** @param stood tokens of the session's last prompt and reply; undefined on its first turn */
export function count(tally: Tally, said: Said, stood: number | undefined): void {
  const { newTokens, cut, tokens } = said;
  tally.turns += 1;
  tally.newTokens += newTokens;
  tally.evaluated += tokens.evaluated;
  tally.prompts.push({ tokens: tokens.prompt, newTokens, firstMs: firstMs(said) });
  if (cut) tally.cuts += 1;
  if (stood === undefined) return;
  tally.later.newTokens += newTokens;
  tally.later.evaluated += tokens.evaluated;
  if (!cut && tokens.prompt !== stood + newTokens) tally.retold += 1;
}

export function stoodIn({ stood }: Chat): number | undefined {
  return stood?.tokens;
}

export function evaluatedPerNewToken({ evaluated, newTokens }: { evaluated: number; newTokens: number }): number {
  return rounded(evaluated / newTokens, 4);
}

/** null of what is no number. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
