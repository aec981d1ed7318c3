import type { FoundServer } from '../config/find-servers.ts';

const SHOWN_MODELS = 5;

/** A server with the models it has, as one phrase. */
export function describeServer({ name, baseUrl, models }: FoundServer): string {
  const more = models.length > SHOWN_MODELS ? ` and ${models.length - SHOWN_MODELS} more` : '';
  return `${name} at ${baseUrl} (${models.slice(0, SHOWN_MODELS).join(', ') || 'no model'}${more})`;
}
