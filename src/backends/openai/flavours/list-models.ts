import { z } from 'zod';
import { type Server, statusOf } from '../server.ts';

const tokens = z.int().positive().optional().catch(undefined);

/** The names under which servers say how much a model takes. Not `n_ctx_train`: what it was trained for, not what is served. */
const modelSchema = z.looseObject({
  id: z.string().min(1),
  owned_by: z.string().optional().catch(undefined),
  max_model_len: tokens,
  context_length: tokens,
  context_window: tokens,
  max_context_length: tokens,
  loaded_context_length: tokens,
  status: z.object({ value: z.string() }).optional().catch(undefined),
});
export type ListedModel = z.infer<typeof modelSchema>;

const models = z.array(modelSchema);
const modelsSchema = z.union([z.object({ data: models.nullable() }).transform(({ data }) => data ?? []), models]);

/** 403 is what a key gets that may chat but not list. */
const NO_LIST: readonly number[] = [403, 404, 405, 501];

/** What the server lists; nothing where it keeps no list and the settings name the model. Throws BackendError. */
export async function listModels({ ask, settings, baseUrl, fail }: Server): Promise<readonly ListedModel[]> {
  const named = settings.model !== undefined;
  const answer = await ask(`${baseUrl}/models`).catch((error: unknown) => {
    if (named && NO_LIST.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  });
  const list = modelsSchema.safeParse(answer);
  if (list.success) return list.data;
  if (named) return [];
  throw fail('rejected', `${baseUrl}/models is no list of models: check baseUrl and its /v1, or name the backend's model.`);
}

/** The named model, else the first that is loaded, else the first. Throws BackendError where there is none. */
export function chooseModel(list: readonly ListedModel[], { settings, baseUrl, fail }: Server): string {
  const first = list.find(({ status }) => status?.value === 'loaded') ?? list[0];
  const name = settings.model ?? first?.id;
  if (name === undefined) throw fail('rejected', `${baseUrl} has no model: load one, or name one as the backend's model.`);
  return name;
}

/** Tokens of prompt and reply together, as far as the list tells. */
export function listedContext(list: readonly ListedModel[], name: string): number | undefined {
  const entry = list.find(({ id }) => id === name);
  const told = entry?.max_model_len ?? entry?.loaded_context_length ?? entry?.context_length ?? entry?.context_window;
  return told ?? entry?.max_context_length;
}
