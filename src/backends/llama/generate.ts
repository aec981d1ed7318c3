import type { LlamaContextSequence, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { EndReason, ReplyRequest, Sampling, Usage } from '../../chat.ts';
import { REASONING_TOKENS } from '../reasoning-budget.ts';
import type { SpokenPart, Voice } from '../voice.ts';
import { createDetokeniser } from './detokeniser.ts';
import type { Engine } from './open-engine.ts';

type Generation = {
  engine: Engine;
  sequence: LlamaContextSequence;
  prompt: readonly Token[];
  request: ReplyRequest;
  voice: Voice;
  /** filled in as the work goes on */
  usage: Usage;
  signal: AbortSignal;
};

/** Penalties look back this far; the library copies the window for every token. */
const PENALTY_WINDOW_TOKENS = 512;

/** Evaluates what is new in the prompt, then makes the reply token by token. Returns why it ended. */
export async function* generate(generation: Generation): AsyncGenerator<SpokenPart, EndReason> {
  const { engine, sequence, prompt, usage, signal } = generation;
  const startedAt = performance.now();
  const rest = await evaluatePrompt(generation);
  if (!rest) return 'aborted';
  const said: Token[] = [];
  const tokens = sequence.evaluate(rest, evaluateOptions(generation.request, said));
  const limit = engine.contextTokens - prompt.length;
  const detokeniser = createDetokeniser(engine.model);
  let firstAt: number | undefined;
  try {
    while (said.length < limit) {
      const next = await tokens.next();
      if (firstAt === undefined) {
        firstAt = performance.now();
        usage.evaluated = usage.prompt - usage.reused;
        usage.ms.prompt = Math.round(firstAt - startedAt);
      }
      usage.ms.generate = Math.round(performance.now() - firstAt);
      if (next.done) return 'complete';
      said.push(next.value);
      yield* generation.voice.hear({ text: detokeniser.push(next.value) });
      const end = endAfterToken(generation);
      if (end) return end;
    }
    return 'length';
  } finally {
    await tokens.return();
  }
  function endAfterToken({ voice, request }: Generation): EndReason | undefined {
    if (voice.thinking) usage.reasoning++;
    else usage.reply++;
    if (voice.stoppedBy !== undefined) return 'complete';
    if (signal.aborted) return 'aborted';
    const spent = usage.reply >= request.sampling.maxTokens || usage.reasoning >= REASONING_TOKENS[request.thinking];
    return spent ? 'length' : undefined;
  }
}

/**
 * Keeps what the sequence has in common with the prompt and evaluates the rest up to the last batch, which is left for the
 * caller together with the first token. Looks at the signal before each batch; undefined when it aborted.
 */
async function evaluatePrompt({ engine, sequence, prompt, usage, signal }: Generation): Promise<Token[] | undefined> {
  // The last token is always evaluated: its logits choose the first token of the reply.
  await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  let done = sequence.nextTokenIndex;
  usage.reused = done;
  while (prompt.length - done > engine.batchTokens) {
    if (signal.aborted) return undefined;
    const batch = prompt.slice(done, done + engine.batchTokens);
    await sequence.evaluateWithoutGeneratingNewTokens(batch);
    done += batch.length;
    usage.evaluated = done - usage.reused;
  }
  return signal.aborted ? undefined : prompt.slice(done);
}

function evaluateOptions({ sampling, seed }: ReplyRequest, said: readonly Token[]): SequenceEvaluateOptions {
  const { temperature, topK, topP, minP } = sampling;
  return {
    temperature,
    topK,
    topP,
    minP,
    seed: seed >>> 0,
    repeatPenalty: penalties(sampling, said),
    contextShift: {
      strategy: () => {
        throw new Error('The context is full, and it is never shifted.');
      },
    },
  };
}

/** The reply's own tokens alone: a persona may say again what stands in the history. */
function penalties(sampling: Sampling, said: readonly Token[]): NonNullable<SequenceEvaluateOptions['repeatPenalty']> {
  return {
    punishTokens: () => said.slice(-PENALTY_WINDOW_TOKENS),
    maxPunishTokens: PENALTY_WINDOW_TOKENS,
    penalty: sampling.repeatPenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    presencePenalty: sampling.presencePenalty,
  };
}
