import type { BackendFacts } from '../backends/backend.ts';
import type { Dial, Sampling } from '../chat.ts';
import type { Persona } from '../personas/persona.ts';
import { turnedDials } from '../personas/sampling.ts';
import type { Bot } from './bot.ts';

/** The dials that are turned away from where they stand by themselves, and that the backend does not honour. */
export function dialsWithoutEffect(sampling: Sampling, { honours }: Pick<BackendFacts, 'honours'>): Dial[] {
  return turnedDials(sampling).filter((dial) => !honours.includes(dial));
}

const told = new WeakSet<Persona>();

/** Says it in the log, once for each version of a persona; `/inspect prompt` says it every time. */
export function logDialsWithoutEffect({ log }: Pick<Bot, 'log'>, persona: Persona, facts: BackendFacts): void {
  const dials = dialsWithoutEffect(persona.sampling, facts);
  if (dials.length === 0 || told.has(persona)) return;
  told.add(persona);
  log.warn({ persona: persona.id, backend: persona.backend, dials }, 'the backend does not honour dials of the persona');
}
