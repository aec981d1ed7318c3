import { messageOf } from '../../errors.ts';

const PATIENCE_MS = 5_000;
/** Servers that keep no list, and keys that may chat and not list. */
const KEEPS_NO_LIST: readonly number[] = [403, 404, 405, 501];

type Server = { baseUrl: string; apiKeyEnv: string; headers: Readonly<Record<string, string>> };
/** Why a server that is configured may not be one. */
export type Doubt = { status: 'absent' | 'broken'; says: string; advice: string };

/**
 * Asks an OpenAI-compatible server for its models even where the configuration names one: a backend is told its model and believes
 * it, and a login page or another program at the address shows only when somebody speaks. Undefined when the server lists models.
 */
export async function confirmServer(
  server: Server,
  readSecret: (name: string) => string | undefined,
): Promise<Doubt | undefined> {
  const { baseUrl, apiKeyEnv } = server;
  const address = `${baseUrl.replace(/\/+$/, '')}/models`;
  const key = readSecret(apiKeyEnv);
  const headers = { ...server.headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) };
  try {
    const answer = await fetch(address, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) return judge(await answer.text(), address);
    await answer.body?.cancel();
    return KEEPS_NO_LIST.includes(answer.status)
      ? unconfirmed(address, answer.status)
      : refused(address, answer.status, apiKeyEnv);
  } catch (error) {
    const says = `But ${address} does not answer (${messageOf(error)}).`;
    return { status: 'broken', says, advice: 'Check that the server runs and that the address is right.' };
  }
}

function judge(text: string, address: string): Doubt | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const isList = Array.isArray(answer) || (typeof answer === 'object' && answer !== null && 'data' in answer);
    return isList ? undefined : unconfirmed(address, 'no list of models');
  } catch {
    const says = `But ${address} does not answer as an OpenAI-compatible server does: what came is no JSON${/<html|<!doctype/i.test(text) ? ' but a web page' : ''}.`;
    return { status: 'broken', says, advice: 'Check the address and its /v1.' };
  }
}

function unconfirmed(address: string, answer: string | number): Doubt {
  const says = `This is not confirmed: ${address} answers ${answer}.`;
  return {
    status: 'absent',
    says,
    advice: 'Whether the model answers shows when somebody speaks, as with `npm run -s troupe -- chat`.',
  };
}

function refused(address: string, status: number, apiKeyEnv: string): Doubt {
  const advice = status === 401 ? `Check the key in ${apiKeyEnv}.` : "Look into the server's log.";
  return { status: 'broken', says: `But ${address} answers ${status}.`, advice };
}
