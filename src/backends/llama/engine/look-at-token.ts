import {
  type ControlledEvaluateInputItem,
  type LlamaContextSequence,
  type LlamaModel,
  type Token,
  TokenBias,
} from 'node-llama-cpp';
import type { Piece } from '../../../chat.ts';
import { createVoice } from '../../voice.ts';
import { createDetokeniser } from '../tokens/detokeniser.ts';
import type { SamplerOptions } from './evaluate-options.ts';
import type { Engine } from './open-engine.ts';

/** What the model has generated behind a prompt. */
export type SaidSoFar = {
  tokens: readonly Token[];
  /** those of them that are visible text */
  visible: readonly Token[];
  /** whether each of the tokens came in a thought, and at the end whether the next one will */
  thinking: readonly boolean[];
};

/** Hears what was said as a reply is heard that is being made. */
export function hearSaid({ model, marks }: Engine, pieces: readonly Piece[], tokens: readonly Token[]): SaidSoFar {
  const voice = createVoice([], pieces);
  const detokeniser = createDetokeniser(model);
  const thinking = [voice.thinking];
  const visible: Token[] = [];
  for (const token of tokens) {
    const mark = marks.texts.get(token);
    if (mark !== undefined) detokeniser.skip([token]);
    voice.hear(mark === undefined ? { text: detokeniser.push(token) } : { text: mark, control: true });
    if (!voice.thinking) visible.push(token);
    thinking.push(voice.thinking);
  }
  return { tokens, visible, thinking };
}

/** The logits after a sampler, of the tokens that it leaves, and the one that it chose. */
export type Seen = { logits: ReadonlyMap<Token, number>; chosen: Token };
/** Lets a sampler look at the next token's logits; without one, they are the model's own. Rejects when it chooses none. */
export type Look = (options?: SamplerOptions) => Promise<Seen>;

type Place = {
  model: LlamaModel;
  sequence: LlamaContextSequence;
  /** the prompt and what was said behind it */
  tokens: readonly Token[];
  /** the token with which each look begins: all from there on are evaluated anew */
  from: number;
  said: SaidSoFar;
};

/**
 * The library's sampler looks once for each evaluation, so that each look evaluates the last token once more; always the same tokens at
 * once, for others have other rounding errors. DRY counts the tokens that a sampler chose, so that one with DRY must choose all that was
 * said once more: `from` is the last token of the prompt then.
 */
export function createLook({ model, sequence, tokens, from, said }: Place): Look {
  const saidAt = tokens.length - said.tokens.length;
  return async (options = { temperature: 0 }) => {
    const { nextTokenIndex: end } = sequence;
    if (end > from) await sequence.eraseContextTokenRanges([{ start: from, end }]);
    const items = tokens.slice(from).map((token, index): ControlledEvaluateInputItem => {
      const at = from + index + 1;
      const next = tokens[at];
      if (next === undefined) return [token, { generateNext: { token: true, logits: true, options } }];
      const told = said.thinking[at - saidAt] ? {} : options;
      return [token, { generateNext: { token: true, options: choosing(next, told, model) } }];
    });
    const outputs = await sequence.controlledEvaluate(items);
    const followed = outputs.slice(0, -1).every((output, index) => output?.next.token === tokens[from + index + 1]);
    const { logits, token } = outputs.at(-1)?.next ?? {};
    if (!logits || typeof token !== 'number' || !followed) throw new Error('the sampler did not choose as it was told');
    return { logits, chosen: token };
  };
}

/** What makes the sampler choose this token. */
function choosing(token: Token, { dryRepeatPenalty }: SamplerOptions, model: LlamaModel): SamplerOptions {
  const tokenBias = TokenBias.for(model).set(token, { logit: Number.POSITIVE_INFINITY });
  return { temperature: 0, tokenBias, ...(dryRepeatPenalty ? { dryRepeatPenalty } : {}) };
}
