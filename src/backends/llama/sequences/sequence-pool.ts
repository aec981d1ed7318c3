import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';

export type SequencePool = {
  /**
   * A sequence of one's own until `release`; of the free ones, that whose state has most in common with the prompt. Waits in
   * line while all are taken. Undefined when the signal aborts first.
   */
  take(prompt: readonly Token[], signal: AbortSignal): Promise<LlamaContextSequence | undefined>;
  release(sequence: LlamaContextSequence): void;
  readonly total: number;
};

type Waiter = { prompt: readonly Token[]; give(sequence: LlamaContextSequence): void };

export function createSequencePool(context: LlamaContext): SequencePool {
  const free = Array.from({ length: context.totalSequences }, () => context.getSequence());
  const waiting: Waiter[] = [];

  const best = (prompt: readonly Token[]): LlamaContextSequence | undefined => {
    const shared = (sequence: LlamaContextSequence) => sequence.compareContextTokens([...prompt]).firstDifferentIndex;
    // Among equals the shortest: what it forgets is the least.
    return free.toSorted((a, b) => shared(b) - shared(a) || a.nextTokenIndex - b.nextTokenIndex)[0];
  };
  const takeNow = (prompt: readonly Token[]): LlamaContextSequence | undefined => {
    const sequence = best(prompt);
    if (sequence) free.splice(free.indexOf(sequence), 1);
    return sequence;
  };
  return {
    take(prompt, signal) {
      if (signal.aborted) return Promise.resolve(undefined);
      const sequence = takeNow(prompt);
      if (sequence) return Promise.resolve(sequence);
      return new Promise((resolve) => {
        const waiter: Waiter = {
          prompt,
          give(given) {
            signal.removeEventListener('abort', leave);
            resolve(given);
          },
        };
        const leave = () => {
          waiting.splice(waiting.indexOf(waiter), 1);
          resolve(undefined);
        };
        signal.addEventListener('abort', leave, { once: true });
        waiting.push(waiter);
      });
    },
    release(sequence) {
      free.push(sequence);
      const next = waiting.shift();
      const given = next && takeNow(next.prompt);
      if (given) next.give(given);
    },
    total: context.totalSequences,
  };
}
