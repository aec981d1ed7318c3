import { z } from 'zod';

/** Where model servers listen when nobody says otherwise. */
const USUAL_SERVERS: ReadonlyMap<number, string> = new Map([
  [11434, 'Ollama'],
  [1234, 'LM Studio'],
  [8080, 'llama-server'],
  [8000, 'vLLM'],
  [5001, 'KoboldCpp'],
]);
export const USUAL_PORTS: readonly number[] = [...USUAL_SERVERS.keys()];

/** What servers call the owner of their models: surer than a port, which any program may take. */
const NAMES_BY_OWNER: Readonly<Record<string, string>> = {
  library: 'Ollama',
  organization_owner: 'LM Studio',
  llamacpp: 'llama-server',
  vllm: 'vLLM',
  koboldcpp: 'KoboldCpp',
};

const PATIENCE_MS = 500;

/** A server on this machine that answered as OpenAI-compatible servers do; `models` are the ids it names. */
export type FoundServer = { name: string; baseUrl: string; models: readonly string[] };

const model = z.object({ id: z.string(), owned_by: z.string().optional().catch(undefined) });
const modelsAnswer = z.object({ data: z.array(model).nullable() });

/** Asks the ports of this machine all at once, until the signal gives up on them. Ports where something else answers are left out. */
export async function findServers(
  ports: readonly number[] = USUAL_PORTS,
  giveUp: AbortSignal = AbortSignal.timeout(PATIENCE_MS),
): Promise<FoundServer[]> {
  const answers = await Promise.all(ports.map((port) => askForModels(`http://127.0.0.1:${port}/v1`, giveUp)));
  return answers.filter((answer) => answer !== undefined);
}

/** The server at this address (with its `/v1`), or undefined when none answers before the signal gives up. Never throws. */
export async function askForModels(baseUrl: string, giveUp: AbortSignal, apiKey?: string): Promise<FoundServer | undefined> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    const answer = await fetch(`${baseUrl}/models`, { headers, signal: giveUp });
    if (!answer.ok) return undefined;
    const parsed = modelsAnswer.safeParse(await answer.json());
    if (!parsed.success) return undefined;
    const models = parsed.data.data ?? [];
    return { name: nameOf(baseUrl, models[0]?.owned_by), baseUrl, models: models.map(({ id }) => id) };
  } catch {
    // Nothing listens there, it is too slow, or it speaks something else: in each case there is no server to use.
    return undefined;
  }
}

function nameOf(baseUrl: string, owner: string | undefined): string {
  const byOwner = owner !== undefined && Object.hasOwn(NAMES_BY_OWNER, owner) ? NAMES_BY_OWNER[owner] : undefined;
  return byOwner ?? USUAL_SERVERS.get(Number(new URL(baseUrl).port)) ?? 'a server';
}
