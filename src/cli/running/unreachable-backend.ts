import type { Backend } from '../../backends/backend.ts';
import { estimateTokens } from '../../backends/estimate-tokens.ts';
import type { Dial } from '../../chat.ts';
import { BackendError } from '../../errors.ts';
import { DIALS, KEYED_DIALS } from '../../personas/sampling.ts';

/** More than any prompt: what the server would cut is not known while it is down. */
const ROOMY_TOKENS = 1_000_000;

/** What it would honour is not known either, so that nothing is said to be without effect. */
const EVERY_DIAL: readonly Dial[] = [...DIALS.map(({ name }) => name), ...KEYED_DIALS.map(({ name }) => name), 'stop'];

/** Stands where a server is down, so that prompts can be looked at all the same: it takes messages and estimates tokens. */
export function unreachableBackend(name: string): Backend {
  return {
    name,
    async describe() {
      return {
        input: 'messages',
        model: { name: 'unknown', stage: 'chat', censored: true },
        contextTokens: ROOMY_TOKENS,
        honours: EVERY_DIAL,
        flavour: 'unknown',
      };
    },
    // biome-ignore lint/correctness/useYield: it has nothing to say
    async *reply() {
      throw new BackendError(name, 'unreachable', 'the server is down.');
    },
    async countTokens(texts) {
      return { counts: texts.map(estimateTokens), exact: false };
    },
    async close() {
      return undefined;
    },
  };
}
