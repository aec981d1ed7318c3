import { z } from 'zod';

/** Where model servers listen when nobody says otherwise: Ollama, LM Studio, llama-server, vLLM, KoboldCpp. */
export const WELL_KNOWN_PORTS: readonly number[] = [11434, 1234, 8080, 8000, 5001];

/** A server on this machine that answered as OpenAI-compatible servers do; `models` are the ids it names. */
export type FoundServer = { baseUrl: string; models: readonly string[] };

const modelsAnswer = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Asks the ports of this machine all at once, each for at most `timeoutMs`. Ports where something else answers are left out. */
export async function findServers(ports: readonly number[] = WELL_KNOWN_PORTS, timeoutMs = 500): Promise<FoundServer[]> {
  const answers = await Promise.all(ports.map((port) => askForModels(`http://127.0.0.1:${port}/v1`, timeoutMs)));
  return answers.filter((answer) => answer !== undefined);
}

/** The server at this address (with its `/v1`), or undefined when none answers in time. Never throws. */
export async function askForModels(baseUrl: string, timeoutMs: number, apiKey?: string): Promise<FoundServer | undefined> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    const answer = await fetch(`${baseUrl}/models`, { headers, signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) return undefined;
    const parsed = modelsAnswer.safeParse(await answer.json());
    return parsed.success ? { baseUrl, models: parsed.data.data.map(({ id }) => id) } : undefined;
  } catch {
    // Nothing listens there, it is too slow, or it speaks something else: in each case there is no server to use.
    return undefined;
  }
}
