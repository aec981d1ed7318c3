import type { Token } from 'node-llama-cpp';
import { BackendError, messageOf } from '../../../errors.ts';
import type { PeekRequest, TokenChance, TokenOdds } from '../../backend.ts';
import { createTokenTexts } from '../tokens/token-texts.ts';
import { type Making, samplerOptions } from './evaluate-options.ts';
import { evaluatePrompt } from './generate.ts';
import { createLook, hearSaid, type Look, type SaidSoFar } from './look-at-token.ts';
import type { Engine } from './open-engine.ts';
import { entropyOf, softmax } from './softmax.ts';
import { type Fail, refuseUnfit, tooBusy } from './speak-reply.ts';

type Looking = { engine: Engine; fail: Fail; request: PeekRequest; signal: AbortSignal };

/** The dice decide which token comes, not how likely each is; only XTC throws them for the odds, and that is reckoned below. */
const ANY_SEED = 1;

/** What the model would say next, before and after sampling, on a sequence that nobody owns. */
export async function peekOdds(looking: Looking): Promise<TokenOdds> {
  const { engine, fail, request, signal } = looking;
  const { pieces, sampling } = request;
  const said = hearSaid(engine, pieces, (request.said ?? []) as Token[]);
  const prompt = engine.tokeniser.prompt(pieces);
  const tokens = [...prompt.tokens, ...said.tokens];
  refuseUnfit(tokens.length, engine.contextTokens, fail);
  const held = await engine.sequences.take({ owner: undefined, prompt: { ...prompt, tokens }, signal });
  if (!held) throw stopped(fail);
  if (held === 'full') throw fail('busy', tooBusy(engine));
  let how: 'broken' | undefined;
  try {
    const from = (sampling.dry?.multiplier ?? 0) > 0 ? prompt.tokens.length - 1 : tokens.length - 1;
    const usage = { reused: 0, evaluated: 0 };
    const rest = await evaluatePrompt({ engine, held, prompt: tokens.slice(0, from + 1), usage, signal });
    if (!rest) throw stopped(fail);
    if (rest.length > 1) await held.sequence.evaluateWithoutGeneratingNewTokens(rest.slice(0, -1));
    await held.sequence.takeCheckpoint(); // where a model cannot rewind, so that its last token can be evaluated again
    const look = createLook({ model: engine.model, sequence: held.sequence, tokens, from, said });
    if (signal.aborted) throw stopped(fail);
    const odds = await describeOdds(looking, look, said);
    return { ...odds, promptTokens: tokens.length, reusedTokens: Math.min(usage.reused, from) };
  } catch (error) {
    how = 'broken';
    if (error instanceof BackendError) throw error;
    throw fail('broken-reply', `llama.cpp failed while it weighed the next token (${messageOf(error)}): try again.`, error);
  } finally {
    await held.release(how);
  }
}

function stopped(fail: Fail): BackendError {
  return fail('broken-reply', 'It was stopped before the odds were known.');
}

type Described = Omit<TokenOdds, 'promptTokens' | 'reusedTokens'>;

async function describeOdds({ engine, fail, request }: Looking, look: Look, said: SaidSoFar): Promise<Described> {
  const { logits } = await look();
  refuseNoNumbers(logits, fail);
  const raw = softmax(logits);
  const shaped = await shape({ engine, fail, request }, look, said);
  const textOf = createTokenTexts(engine.model);
  const chance = (token: Token): TokenChance => {
    const logit = logits.get(token) ?? Number.NEGATIVE_INFINITY;
    return { token, ...textOf(token), logit, p: raw.get(token) ?? 0, shapedP: shaped.get(token) ?? 0 };
  };
  const listed = (values: ReadonlyMap<Token, number>): TokenChance[] => {
    const inOrder = [...values].toSorted(([one, a], [other, b]) => (a === b ? one - other : b - a));
    return inOrder.slice(0, request.top || inOrder.length).map(([token]) => chance(token));
  };
  const ruledOut = [...logits.values()].filter((logit) => logit === Number.NEGATIVE_INFINITY).length;
  return {
    raw: listed(logits),
    shaped: listed(shaped),
    counts: { vocabulary: logits.size, ruledOut, choosable: shaped.size },
    entropyBits: entropyOf(raw),
    inThought: said.thinking.at(-1) === true,
  };
}

function refuseNoNumbers(logits: ReadonlyMap<Token, number>, fail: Fail): void {
  const values = [...logits.values()];
  const odd = values.filter((logit) => Number.isNaN(logit) || logit === Number.POSITIVE_INFINITY).length;
  const out = values.every((logit) => !Number.isFinite(logit));
  if (odd === 0 && !out) return;
  const what = odd > 0 ? `${odd} of its ${values.length} logits are not a number or infinite` : 'it rules out every token';
  throw fail('broken-reply', `The model gives no odds (${what}): take another file of it, or another quantisation.`);
}

/**
 * The probability of each token that can still be chosen. XTC does its work or leaves it by chance: with a probability between 0 and 1
 * the odds are those of both, in that proportion.
 */
async function shape(
  { engine, fail, request }: Omit<Looking, 'signal'>,
  look: Look,
  { visible, thinking }: SaidSoFar,
): Promise<ReadonlyMap<Token, number>> {
  const { sampling } = request;
  const isThinking = thinking.at(-1) === true;
  const making: Making = { ...engine, said: visible, isThinking: () => isThinking };
  const oddsWith = async (probability: number): Promise<Map<Token, number>> => {
    const dials = sampling.xtc ? { ...sampling, xtc: { ...sampling.xtc, probability } } : sampling;
    const { logits, chosen } = await look(samplerOptions({ sampling: dials, seed: ANY_SEED }, making));
    if (![...logits.values()].some(Number.isFinite)) throw fail('rejected', 'No token can be chosen: logitBias rules all out.');
    return sampling.temperature === 0 ? new Map([[chosen, 1]]) : softmax(logits);
  };
  const probability = isThinking ? 0 : (sampling.xtc?.probability ?? 0);
  if (probability === 0 || probability === 1) return await oddsWith(probability);
  return mix(await oddsWith(0), await oddsWith(1), probability);
}

/** Both distributions, the second one with this weight. */
function mix(one: ReadonlyMap<Token, number>, other: ReadonlyMap<Token, number>, weight: number): Map<Token, number> {
  const tokens = new Set([...one.keys(), ...other.keys()]);
  return new Map([...tokens].map((token) => [token, (1 - weight) * (one.get(token) ?? 0) + weight * (other.get(token) ?? 0)]));
}
