import { APIError } from 'openai';
import { z } from 'zod';
import { BackendError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { BackendFacts } from '../backend.ts';
import { honouredDials } from './build-body.ts';
import type { OpenaiSettings } from './settings.ts';
import type { Fail } from './translate-error.ts';

const ASSUMED_CONTEXT_TOKENS = 8192;

const tokens = z.int().positive();

/** The names under which servers say how much a loaded model takes. Not `n_ctx_train`: what it was trained for, not what is served. */
const modelSchema = z.object({
  id: z.string().min(1),
  max_model_len: tokens.optional().catch(undefined),
  context_length: tokens.optional().catch(undefined),
  context_window: tokens.optional().catch(undefined),
  max_context_length: tokens.optional().catch(undefined),
  loaded_context_length: tokens.optional().catch(undefined),
});
type ListedModel = z.infer<typeof modelSchema>;

const models = z.array(modelSchema);
const modelsSchema = z.union([z.object({ data: models.nullable() }).transform(({ data }) => data ?? []), models]);
const propsSchema = z.object({ default_generation_settings: z.object({ n_ctx: tokens }) });

export type Server = {
  settings: OpenaiSettings;
  baseUrl: string;
  official: boolean;
  /** GET a JSON document by its address. Throws BackendError. */
  ask(address: string): Promise<unknown>;
  fail: Fail;
  log: Logger;
};

export type Facts = {
  model(): Promise<string>;
  describe(): Promise<BackendFacts>;
  /** Asks the server again next time: it may have been restarted with another model. */
  forget(): void;
};

/** What the server says about itself, asked once and kept until something fails. */
export function createFacts(server: Server): Facts {
  const { settings, official } = server;
  let listed: Promise<readonly ListedModel[]> | undefined;
  let described: Promise<BackendFacts> | undefined;
  let warned = false;

  function forget(): void {
    listed = undefined;
    described = undefined;
  }
  function list(): Promise<readonly ListedModel[]> {
    listed ??= listModels(server);
    return listed;
  }
  async function model(): Promise<string> {
    return settings.model ?? firstModel(await list(), server);
  }
  async function learn(): Promise<BackendFacts> {
    const name = await model();
    const told = settings.contextTokens ?? (await askContext(name));
    const context = told === undefined ? assumeContext() : { contextTokens: told };
    const facts = { input: 'messages', ...context, honours: honouredDials(official) } as const;
    const { stage, censored } = settings;
    return { ...facts, model: { name, stage, censored }, flavour: official ? 'openai' : 'generic' };
  }
  async function askContext(name: string): Promise<number | undefined> {
    // OpenAI's list of models tells no context length.
    if (official) return undefined;
    const entry = (await list()).find(({ id }) => id === name);
    const told = entry?.max_model_len ?? entry?.loaded_context_length ?? entry?.context_length ?? entry?.context_window;
    return told ?? entry?.max_context_length ?? (await askProps(server));
  }
  function assumeContext() {
    if (!warned) {
      const message = `${server.baseUrl} does not say how long its context is; ${ASSUMED_CONTEXT_TOKENS} tokens assumed: set contextTokens`;
      server.log.info({ contextTokens: ASSUMED_CONTEXT_TOKENS }, message);
    }
    warned = true;
    return { contextTokens: ASSUMED_CONTEXT_TOKENS, contextAssumed: true } as const;
  }
  async function forgetOnFailure<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      forget();
      throw error;
    }
  }
  return {
    forget,
    model: () => forgetOnFailure(model()),
    describe() {
      described ??= forgetOnFailure(learn());
      return described;
    },
  };
}

/** What the server lists; nothing where it keeps no list and the settings name the model. */
async function listModels({ ask, settings, baseUrl, fail }: Server): Promise<readonly ListedModel[]> {
  const named = settings.model !== undefined;
  const answer = await ask(`${baseUrl}/models`).catch((error: unknown) => {
    if (named && hasNoSuchPage(error)) return undefined;
    throw error;
  });
  const list = modelsSchema.safeParse(answer);
  if (list.success) return list.data;
  if (named) return [];
  throw fail('rejected', `${baseUrl}/models is no list of models: check baseUrl and its /v1, or name the backend's model.`);
}

/** 403 is what a key gets that may chat but not list. */
function hasNoSuchPage(error: unknown): boolean {
  const cause = error instanceof BackendError ? error.cause : undefined;
  return cause instanceof APIError && [403, 404, 405, 501].includes(cause.status ?? 0);
}

function firstModel(list: readonly ListedModel[], { official, baseUrl, fail }: Server): string {
  // The first of OpenAI's many models may be one that cannot chat.
  if (official) throw fail('rejected', `${baseUrl} has many models: name one as the backend's model.`);
  const first = list[0];
  if (!first) throw fail('rejected', `${baseUrl} has no model: load one, or name one as the backend's model.`);
  return first.id;
}

/** llama-server says what one slot takes, at the address without /v1. Other servers have no such page. */
async function askProps({ ask, baseUrl, log }: Server): Promise<number | undefined> {
  try {
    const props = propsSchema.safeParse(await ask(`${baseUrl.replace(/\/v1$/, '')}/props`));
    return props.success ? props.data.default_generation_settings.n_ctx : undefined;
  } catch (error) {
    log.debug({ error }, 'the server has no /props');
    return undefined;
  }
}
