// llama.cpp without Troupe: what the same work takes at the least. By node-llama-cpp alone, in this process.
import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { CHUNK, THREADS } from './troupe.ts';

export type Floor = {
  /** Ms of each whole chunk of a prompt of so many tokens, evaluated from an empty context on. */
  chunks(tokens: number): Promise<number[]>;
  /** Ms from so many tokens of history to the first token, with so many new ones; each time with the same history. */
  firstToken(how: { history: number; fresh: number; times: number }): Promise<number[]>;
  /** Tokens per second of so many replies at once, each so long. */
  throughput(how: { replies: number; tokens: number }): Promise<number>;
};

/** What is evaluated, over and over: the work does not depend on the text. */
const FILLER = ' the old garden and the new day: what do you say to that?';
/** tokens before a reply of which only the speed matters */
const PROMPT = 40;

type Opening = { model: string; contextTokens: number; sequences: number };

export async function withFloor<Result>(opening: Opening, work: (floor: Floor) => Promise<Result>): Promise<Result> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp'); // not when another bench is asked for
  const logLevel = LlamaLogLevel.error;
  const settings = {
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel,
    maxThreads: THREADS,
  } as const;
  const llama = await getLlama(settings);
  try {
    const model = await llama.loadModel({ modelPath: opening.model });
    const { contextTokens: contextSize, sequences } = opening;
    const context = await model.createContext({ contextSize, sequences, threads: THREADS });
    return await work(
      floorOf(
        model,
        Array.from({ length: sequences }, () => context.getSequence()),
      ),
    );
  } finally {
    await llama.dispose();
  }
}

function floorOf(model: LlamaModel, sequences: readonly LlamaContextSequence[]): Floor {
  const sequence = sequences[0];
  if (!sequence) throw new Error('The floor was opened without a sequence.');
  return {
    async chunks(count) {
      await sequence.clearHistory();
      const tokens = fill(model, count);
      const times: number[] = [];
      for (let at = 0; at + CHUNK <= tokens.length; at += CHUNK) {
        const startedAt = performance.now();
        await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, at + CHUNK));
        times.push(performance.now() - startedAt);
      }
      return times;
    },

    async firstToken({ history, fresh, times }) {
      const tokens = fill(model, history + fresh);
      await sequence.clearHistory();
      await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(0, history));
      const found: number[] = [];
      for (let time = 0; time < times; time++) {
        await sequence.eraseContextTokenRanges([{ start: history, end: sequence.nextTokenIndex }]);
        const startedAt = performance.now();
        const reply = sequence.evaluate(tokens.slice(history), { temperature: 0 });
        await reply.next();
        found.push(performance.now() - startedAt);
        await reply.return();
      }
      return found;
    },

    async throughput({ replies, tokens }) {
      const prompt = fill(model, PROMPT);
      const lent = sequences.slice(0, replies);
      for (const each of lent) {
        await each.clearHistory();
        await each.evaluateWithoutGeneratingNewTokens(prompt.slice(0, -1));
      }
      const startedAt = performance.now();
      await Promise.all(lent.map((each) => speak(each, { first: prompt.slice(-1), tokens })));
      return (lent.length * tokens) / ((performance.now() - startedAt) / 1000);
    },
  };
}

async function speak(sequence: LlamaContextSequence, { first, tokens }: { first: Token[]; tokens: number }): Promise<void> {
  let said = 0;
  for await (const _token of sequence.evaluate(first, { temperature: 0 })) if (++said >= tokens) return;
}

function fill(model: LlamaModel, count: number): Token[] {
  const tokens = model.tokenize(FILLER);
  return Array.from({ length: Math.ceil(count / tokens.length) }, () => tokens)
    .flat()
    .slice(0, count);
}
