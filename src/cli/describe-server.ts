import type { FoundServer } from '../config/find-servers.ts';
import { withoutControls } from '../safety/sanitise.ts';

const SHOWN_MODELS = 5;
const LONGEST_MODEL_NAME = 60;

/** A server with the models it has, as one phrase on one line, whatever the server calls them. */
export function describeServer({ name, baseUrl, models }: FoundServer): string {
  const named = models.map(onOneLine).filter((model) => model !== '');
  const more = named.length > SHOWN_MODELS ? ` and ${named.length - SHOWN_MODELS} more` : '';
  return `${name} at ${baseUrl} (${named.slice(0, SHOWN_MODELS).join(', ') || 'no model'}${more})`;
}

function onOneLine(model: string): string {
  const line = Array.from(withoutControls(model).replace(/\s+/g, ' ').trim());
  return line.length > LONGEST_MODEL_NAME ? `${line.slice(0, LONGEST_MODEL_NAME - 1).join('')}…` : line.join('');
}
