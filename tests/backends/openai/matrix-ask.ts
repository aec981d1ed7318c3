// How the matrix asks a server of a flavour for a reply, and what came of it.
import type { Backend } from '../../../src/backends/backend.ts';
import type { Sampling, Thinking } from '../../../src/chat.ts';
import type { FlavourDouble } from '../../llm-double/flavour-double.ts';
import type { Outcome } from '../../llm-double/judge.ts';
import { hear, type OpenSettings, openOpenai, request } from './open-openai.ts';

/**
 * The backend for this double, configured as an operator would: the address, and a name and key only where there must be one. What
 * is told by a host's name alone (openrouter.ai) has to be said on loopback.
 */
export function openFlavour({ baseUrl, served }: FlavourDouble, settings: OpenSettings = {}): Backend {
  const router = { flavour: 'openrouter', model: served.model, key: 'sk-or-v1-made' };
  const hosted = baseUrl.endsWith('/api/v1') ? router : {};
  return openOpenai(baseUrl, { ...hosted, ...settings });
}

/** A scene with two speakers, both of whose names the stop strings hold. */
const SCENE = [
  { role: 'system', content: 'You keep the inn by the harbour. Answer in your own voice, briefly.' },
  { role: 'user', content: 'Mina: 안녕하세요!' },
  { role: 'assistant', content: 'Evening. Shut the door.' },
  { role: 'user', content: 'Bora: Anything new tonight? 🌙' },
] as const;

export type Asking = {
  thinking: Thinking;
  dials: Partial<Sampling>;
  messages?: typeof SCENE | readonly { role: 'user'; content: string }[];
};

export async function ask(backend: Backend, double: FlavourDouble, { thinking, dials, messages = SCENE }: Asking) {
  const asked = request('', dials, { rendered: { input: 'messages', messages }, thinking });
  const before = double.exchanges.length;
  const { text, reasoning, end, error } = await hear(backend, asked);
  const reason = end?.type === 'end' ? end.reason : undefined;
  const usage = end?.type === 'end' ? end.usage : undefined;
  const outcome: Outcome = { text, end: reason, error, exchanges: double.exchanges.slice(before) };
  return { ...outcome, reasoning, usage, asked };
}
