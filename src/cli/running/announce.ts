import type { Backend } from '../../backends/backend.ts';
import { inspectModel } from '../../backends/llama/gguf/inspect-model.ts';
import type { DefaultBackend } from '../../config/default-backend.ts';
import { BackendError } from '../../errors.ts';
import { redact } from '../../log.ts';
import { describeBackend } from './describe-backend.ts';

/** Lines for the operator, on stderr. */
export function announce(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${redact(line)}\n`);
}

/** The model that answers and how much it takes, as it really is. Throws ConfigError when it never can. */
export async function modelLine(backend: Backend, standard: DefaultBackend): Promise<string> {
  const from = `backend ${standard.name} (${standard.because})`;
  const facts = await describeBackend(backend, standard.because);
  if (facts instanceof BackendError) return `Missing: the model does not answer yet (${facts.message}); ${from}.`;
  const assumed = facts.contextAssumed ? ' (assumed, because the server does not say: set contextTokens)' : '';
  return `Model: ${facts.model.name} (${facts.flavour}), context ${facts.contextTokens} tokens${assumed}; ${from}.`;
}

/** One line when the model file says of itself that its replies mean nothing; a file that cannot be read is its backend's matter. */
export async function placeholderLines({ modelFile }: DefaultBackend): Promise<string[]> {
  const facts = modelFile === undefined ? undefined : await inspectModel(modelFile).catch(() => undefined);
  if (!facts?.placeholder) return [];
  return [
    'This model is a placeholder with random weights: what it says means nothing. For a real one: npm run setup, or set LLAMA_MODEL or OPENAI_BASE_URL.',
  ];
}
