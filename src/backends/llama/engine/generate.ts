import type { Token } from 'node-llama-cpp';
import type { EndReason, ReplyRequest, Usage } from '../../../chat.ts';
import { reasoningBudget } from '../../reasoning-budget.ts';
import type { SpokenPart, Voice } from '../../voice.ts';
import type { Held } from '../sequences/sequence-keeper.ts';
import { createDetokeniser } from '../tokens/detokeniser.ts';
import { evaluateOptions } from './evaluate-options.ts';
import type { Engine } from './open-engine.ts';

type Generation = {
  engine: Engine;
  held: Held;
  prompt: readonly Token[];
  request: ReplyRequest;
  voice: Voice;
  /** filled in as the work goes on */
  usage: Usage;
  signal: AbortSignal;
};

/** What it takes to evaluate a prompt. */
type Evaluation = Pick<Generation, 'engine' | 'held' | 'prompt' | 'signal'> & { usage: Pick<Usage, 'reused' | 'evaluated'> };

/** A model that goes on thinking after it was brought to its reply so often is stopped. */
const MOST_CLOSINGS = 3;
/** between a thought and its reply: marks, heads, white space */
const MOST_TOKENS_BETWEEN = 64;

/** Evaluates what is new in the prompt, then makes the reply token by token. Returns why it ended. */
export async function* generate(generation: Generation): AsyncGenerator<SpokenPart, EndReason> {
  const { engine, held, prompt, request, voice, usage, signal } = generation;
  const startedAt = performance.now();
  const rest = await evaluatePrompt(generation);
  if (!rest) return 'aborted';
  const said: Token[] = [];
  const tokens = held.sequence.evaluate(rest, evaluateOptions(request, { ...engine, said, isThinking: () => voice.thinking }));
  const speech = createSpeech(generation, said);
  let instead: Token[] | undefined;
  let firstAt: number | undefined;
  const beat = engine.rhythm.begin();
  try {
    while (speech.made < engine.contextTokens - prompt.length) {
      await beat.turn();
      const next = await tokens.next(instead);
      beat.rests();
      if (firstAt === undefined) {
        firstAt = performance.now();
        usage.evaluated = usage.prompt - usage.reused;
        usage.ms.prompt = Math.round(firstAt - startedAt);
      }
      usage.ms.generate = Math.round(performance.now() - firstAt);
      if (next.done) return 'complete';
      yield* speech.hear(next.value);
      if (signal.aborted) return 'aborted';
      const end = speech.endAfter(next.value);
      if (end) return end;
      const closing = speech.closing(next.value);
      instead = closing?.tokens;
      if (closing) yield* closing.parts();
    }
    return 'length';
  } finally {
    beat.end();
    await tokens.return();
  }
}

type Speech = {
  /** tokens after the prompt */
  readonly made: number;
  hear(token: Token): SpokenPart[];
  /** Whether the reply ends with this token, and why. */
  endAfter(token: Token): EndReason | undefined;
  /** Where a thought must end now: what is evaluated instead of the token, and the parts that come of it. */
  closing(token: Token): { tokens: Token[]; parts(): SpokenPart[] } | undefined;
};

/** @param said gets the tokens of visible text */
function createSpeech({ engine, prompt, request, voice, usage }: Generation, said: Token[]): Speech {
  const { model, marks } = engine;
  const { maxTokens } = request.sampling;
  const detokeniser = createDetokeniser(model);
  const budget = reasoningBudget({ thinking: request.thinking, maxTokens, room: engine.contextTokens - prompt.length });
  let made = 0;
  let closings = 0;

  const endsTurn = (token: Token) => model.isEogToken(token) || marks.ends.has(token);
  const mustClose = (token: Token) =>
    voice.closing !== undefined &&
    closings < MOST_CLOSINGS &&
    (endsTurn(token) || (usage.reasoning >= budget && !detokeniser.waiting));
  return {
    get made() {
      return made;
    },
    hear(token) {
      if (endsTurn(token)) return [];
      made += 1;
      const mark = marks.texts.get(token);
      if (mark !== undefined) detokeniser.skip([token]);
      const parts = voice.hear(mark === undefined ? { text: detokeniser.push(token) } : { text: mark, control: true });
      if (voice.thinking) usage.reasoning += 1;
      else {
        usage.reply += 1;
        said.push(token);
      }
      return parts;
    },
    endAfter(token) {
      if (voice.stoppedBy !== undefined) return 'complete';
      if (endsTurn(token)) return mustClose(token) ? undefined : 'complete';
      if (usage.reply >= maxTokens) return 'length';
      return usage.reasoning >= budget + MOST_TOKENS_BETWEEN && !mustClose(token) ? 'length' : undefined;
    },
    closing(token) {
      if (!mustClose(token) || voice.closing === undefined) return undefined;
      const text = voice.closing;
      const tokens = marks.tokenise(text);
      closings += 1;
      made += tokens.length;
      usage.reasoning += tokens.length;
      detokeniser.skip(tokens);
      return { tokens: endsTurn(token) ? tokens : [token, ...tokens], parts: () => voice.hear({ text, control: true }) };
    },
  };
}

/**
 * Evaluates what the sequence does not hold of the prompt, up to a last part, which is left for the caller together with the first
 * token. While other replies run it goes chunk by chunk, in turns with other prompts, so that they get their tokens in between. Looks at
 * the signal before each chunk; undefined when it aborted.
 */
export async function evaluatePrompt({ engine, held, prompt, usage, signal }: Evaluation): Promise<Token[] | undefined> {
  const { sequence, milestones } = held;
  let done = sequence.nextTokenIndex;
  usage.reused = done;
  for (;;) {
    if (signal.aborted) return undefined;
    for (const milestone of milestones) if (milestone.at === done) await milestone.reach();
    const until = milestones.find(({ at }) => at > done)?.at ?? prompt.length;
    const most = engine.rhythm.running > 0 ? engine.chunkTokens : engine.batchTokens;
    if (until === prompt.length && until - done <= most) return prompt.slice(done);
    const chunk = prompt.slice(done, Math.min(until, done + most));
    await engine.promptTurns.run('chunk', () => evaluateChunk(chunk, held, engine));
    done += chunk.length;
    usage.evaluated = done - usage.reused;
  }
}

/** One chunk, in a batch with the next tokens of the replies that run. */
async function evaluateChunk(chunk: Token[], { sequence }: Held, { rhythm }: Engine): Promise<void> {
  const beat = rhythm.begin();
  try {
    await beat.turn();
    await sequence.evaluateWithoutGeneratingNewTokens(chunk);
  } finally {
    beat.end();
  }
}
