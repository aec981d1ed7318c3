import { z } from 'zod';
import type { BackendError } from '../../../errors.ts';
import { type Server, statusOf } from '../server.ts';

const tokens = z.int().positive().optional().catch(undefined);
const text = z.string().min(1).optional().catch(undefined);

/**
 * The names under which servers say how much a model takes. Not `n_ctx_train`: what it was trained for, not what is served. vLLM says
 * in `root` what was loaded under the name, and in `parent` which model an adapter changes, for which it tells no length:
 * https://docs.vllm.ai/en/latest/features/lora.html
 */
const modelSchema = z.looseObject({
  id: z.string().min(1),
  owned_by: z.string().optional().catch(undefined),
  root: text,
  parent: text,
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
export function chooseModel(list: readonly ListedModel[], server: Server): string {
  const first = list.find(({ status }) => status?.value === 'loaded') ?? list[0];
  const name = server.settings.model ?? first?.id;
  if (name === undefined) throw hasNone(server);
  return name;
}

/** A server without a model. */
export function hasNone({ baseUrl, fail }: Server): BackendError {
  return fail('rejected', `${baseUrl} has no model: load one, or name one as the backend's model.`);
}

/** The model of the settings, for servers whose list is no help to choose from. Throws BackendError where none is named. */
export function namedModel({ settings, baseUrl, fail }: Server): string {
  if (settings.model === undefined) throw fail('rejected', `${baseUrl} has many models: name one as the backend's model.`);
  return settings.model;
}

/** Tokens of prompt and reply together, as far as the list tells; those of an adapter are its model's. */
export function listedContext(list: readonly ListedModel[], name: string): number | undefined {
  const { entry, parent } = entriesOf(list, name);
  return contextOf(entry) ?? contextOf(parent);
}

/**
 * What the list calls the model, the name that tells most of it first: an alias says nothing, the folder it was loaded from may. Names
 * of the model that an adapter changes come after its own.
 */
export function listedNames(list: readonly ListedModel[], name: string): string[] {
  const { entry, parent } = entriesOf(list, name);
  const names = [entry?.root, name, parent?.root, entry?.parent];
  return [...new Set(names.filter((one) => one !== undefined))];
}

function entriesOf(list: readonly ListedModel[], name: string): Record<'entry' | 'parent', ListedModel | undefined> {
  const find = (wanted: string | undefined) => list.find(({ id }) => id === wanted);
  const entry = find(name);
  return { entry, parent: find(entry?.parent) };
}

function contextOf(entry: ListedModel | undefined): number | undefined {
  const told = entry?.max_model_len ?? entry?.loaded_context_length ?? entry?.context_length ?? entry?.context_window;
  return told ?? entry?.max_context_length;
}
