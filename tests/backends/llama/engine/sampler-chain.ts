// What llama.cpp's samplers do to logits, written again from their documentation, to hold the engine against: bias, penalties, DRY,
// top-k, top-p, min-p, XTC, temperature. 32-bit floats where llama.cpp has them.
import type { Dry, Sampling } from '../../../../src/chat.ts';

export type Vocabulary = {
  /** what a token says by itself */
  textOf(token: number): string;
  /** tokens of a text that goes on from another */
  tokenise(text: string): readonly number[];
};

type Candidate = { token: number; logit: number };

export type Chained = {
  /** probability of each token that can still be chosen */
  odds: Map<number, number>;
  /** how close the closest decision was: below some rounding error it may fall otherwise in 32-bit floats */
  margin: number;
};

const float = Math.fround;

/**
 * @param said the tokens of the reply so far
 * @param xtcHappens whether XTC's dice fell so that it does its work
 */
export function chain(
  logits: ReadonlyMap<number, number>,
  sampling: Sampling,
  { said, vocabulary, xtcHappens }: { said: readonly number[]; vocabulary: Vocabulary; xtcHappens: boolean },
): Chained {
  let margin = Number.POSITIVE_INFINITY;
  const decide = (distance: number) => {
    margin = Math.min(margin, Math.abs(distance));
  };
  let candidates = [...logits].map(([token, logit]): Candidate => ({ token, logit: float(logit) }));
  candidates = biased(candidates, sampling, vocabulary);
  candidates = punished(candidates, sampling, said);
  if (sampling.dry && sampling.dry.multiplier > 0) candidates = dried(candidates, sampling.dry, { said, vocabulary });
  candidates.sort((one, other) => other.logit - one.logit);
  if (sampling.temperature > 0) {
    if (sampling.topK > 0) candidates = topK(candidates, sampling.topK, decide);
    if (sampling.topP < 1) candidates = topP(candidates, sampling.topP, decide);
    if (sampling.minP > 0) candidates = minP(candidates, sampling.minP, decide);
  }
  if (sampling.xtc && xtcHappens) candidates = withoutTop(candidates, sampling.xtc.threshold, decide);
  if (sampling.temperature === 0) {
    decide((candidates[0]?.logit ?? 0) - (candidates[1]?.logit ?? Number.NEGATIVE_INFINITY));
    return { odds: new Map(candidates.slice(0, 1).map(({ token }) => [token, 1])), margin };
  }
  const cooled = candidates.map(({ token, logit }) => ({ token, logit: float(logit / float(sampling.temperature)) }));
  const odds = probabilities(cooled).flatMap((p, index): [number, number][] => {
    const token = cooled[index]?.token ?? -1;
    return float(p) > 0 ? [[token, p]] : [];
  });
  return { odds: new Map(odds), margin };
}

function probabilities(candidates: readonly Candidate[]): number[] {
  const largest = Math.max(...candidates.map(({ logit }) => logit));
  const weights = candidates.map(({ logit }) => Math.exp(logit - largest));
  const sum = weights.reduce((one, other) => one + other, 0);
  return weights.map((weight) => weight / sum);
}

function biased(candidates: readonly Candidate[], { logitBias = {} }: Sampling, { tokenise }: Vocabulary): Candidate[] {
  const pairs = Object.entries(logitBias).flatMap(([text, bias]) => tokenise(text).map((token) => ({ token, bias })));
  return candidates.map(({ token, logit }) => {
    const own = pairs.filter((pair) => pair.token === token).map(({ bias }) => (bias === false ? -Infinity : bias));
    return { token, logit: float(own.reduce((sum, bias) => sum + bias, logit)) };
  });
}

function punished(candidates: readonly Candidate[], sampling: Sampling, said: readonly number[]): Candidate[] {
  const { repeatPenalty, frequencyPenalty, presencePenalty } = sampling;
  return candidates.map(({ token, logit }) => {
    const count = said.slice(-512).filter((other) => other === token).length;
    if (count === 0) return { token, logit };
    const divided = logit <= 0 ? float(logit * float(repeatPenalty)) : float(logit / float(repeatPenalty));
    return { token, logit: float(divided - (count * float(frequencyPenalty) + float(presencePenalty))) };
  });
}

type Told = { said: readonly number[]; vocabulary: Vocabulary };

/** For each token: how long the repetition is that it would go on with. The naive way, one earlier place after the other. */
function dried(candidates: readonly Candidate[], dry: Dry, { said, vocabulary }: Told): Candidate[] {
  const window = dry.range === 0 ? said : said.slice(-dry.range);
  const back = window.toReversed();
  const breakers = breakersOf(dry.breakers, candidates, vocabulary);
  const most = sinceBreaker(back, breakers);
  if (window.length <= dry.allowedLength || most < dry.allowedLength) return [...candidates];
  const longest = new Map<number, number>();
  for (let shift = 1; shift < back.length; shift++) {
    let length = 0;
    while (shift + length < back.length && back[length] === back[shift + length]) length += 1;
    length = Math.min(length, most);
    const next = back[shift - 1] ?? -1;
    if (length >= dry.allowedLength) longest.set(next, Math.max(length, longest.get(next) ?? 0));
  }
  return candidates.map(({ token, logit }) => {
    const length = longest.get(token);
    const breaks = breakers.get(token)?.some((tail) => tail.length === 0);
    if (length === undefined || breaks) return { token, logit };
    return { token, logit: float(logit - float(dry.multiplier * float(dry.base) ** (length - dry.allowedLength))) };
  });
}

/** Tokens in which a breaker stands or begins, with the tokens that must follow for it to be whole. */
function breakersOf(texts: readonly string[], candidates: readonly Candidate[], { textOf, tokenise }: Vocabulary) {
  const found = new Map<number, (readonly number[])[]>();
  for (const { token } of candidates) {
    const said = textOf(token);
    const tails = texts.flatMap((breaker) => {
      if (said.includes(breaker)) return [[]];
      const begun = [...breaker].map((_, at) => breaker.slice(0, at + 1)).filter((part) => said.endsWith(part));
      return begun.map((part) => tokenise(breaker.slice(part.length)));
    });
    if (tails.length > 0) found.set(token, tails);
  }
  return found;
}

/** How many tokens were said since the last breaker ended. */
function sinceBreaker(back: readonly number[], breakers: ReadonlyMap<number, readonly (readonly number[])[]>): number {
  for (const [index, token] of back.entries()) {
    const tails = breakers.get(token) ?? [];
    const whole = tails.filter((tail) => tail.length <= index && tail.every((next, at) => next === back[index - at - 1]));
    if (whole.length > 0) return index - Math.max(...whole.map((tail) => tail.length));
  }
  return back.length;
}

type Decide = (distance: number) => void;

function topK(candidates: readonly Candidate[], most: number, decide: Decide): Candidate[] {
  const [last, first] = [candidates[most - 1], candidates[most]];
  if (last && first) decide(last.logit - first.logit);
  return candidates.slice(0, most);
}

function topP(candidates: readonly Candidate[], share: number, decide: Decide): Candidate[] {
  let sum = 0;
  for (const [index, p] of probabilities(candidates).entries()) {
    decide(sum + p - share);
    sum += p;
    if (sum >= share) return candidates.slice(0, index + 1);
  }
  return [...candidates];
}

function minP(candidates: readonly Candidate[], share: number, decide: Decide): Candidate[] {
  const least = (candidates[0]?.logit ?? 0) + Math.log(share);
  for (const { logit } of candidates.slice(1)) decide(logit - least);
  return candidates.filter(({ logit }, index) => index === 0 || logit >= least);
}

function withoutTop(candidates: readonly Candidate[], threshold: number, decide: Decide): Candidate[] {
  if (candidates.length < 2) return [...candidates];
  const all = probabilities(candidates);
  for (const p of all) decide(p - threshold);
  const least = all.findLastIndex((p) => p >= threshold && float(p) > 0);
  return candidates.slice(Math.max(0, least));
}
