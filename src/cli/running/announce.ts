import type { Backend, BackendFacts } from '../../backends/backend.ts';
import type { DefaultBackend } from '../../config/default-backend.ts';
import { BackendError } from '../../errors.ts';
import { redact } from '../../log.ts';
import { withoutControls } from '../../safety/sanitise.ts';
import { describeBackend } from './describe-backend.ts';

/** Lines for the operator, on stderr. */
export function announce(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${redact(withoutControls(line))}\n`);
}

/** The model that answers and how much it takes, as it really is. Throws ConfigError when it never can. */
export async function modelLine(backend: Backend, standard: DefaultBackend): Promise<string> {
  return describeModel(await describeBackend(backend, standard.because), standard);
}

/** The same of facts that are known already, or of why they cannot be had now. */
export function describeModel(facts: BackendFacts | BackendError, { name, because }: DefaultBackend): string {
  const from = `backend ${name} (${because})`;
  if (facts instanceof BackendError) return `Missing: the model does not answer yet (${facts.message}); ${from}.`;
  const assumed = facts.contextAssumed ? ' (assumed, because the server does not say: set contextTokens)' : '';
  return `Model: ${facts.model.name} (${facts.flavour}), context ${facts.contextTokens} tokens${assumed}; ${from}.`;
}
