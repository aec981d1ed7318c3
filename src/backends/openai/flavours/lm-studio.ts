import { z } from 'zod';
import { LOCAL_DIALS, mayThink, openaiCall } from '../build-body.ts';
import { askPage, type Server } from '../server.ts';
import type { DialFields, Flavour, SaidBefore, Served } from './flavour.ts';
import { hasNone } from './list-models.ts';
import { openaiReader } from './openai-reader.ts';
import { chooseEffort, isGptOss, thinkingByName } from './thinking-models.ts';

/** `min_p` is not in its list: https://lmstudio.ai/docs/developer/openai-compat/chat-completions */
const { minP: _, ...DIALS }: DialFields = LOCAL_DIALS;

/** What it loads a model with when nobody set another length. */
const USUAL_CONTEXT_TOKENS = 4096;

const tokens = z.int().positive().optional().catch(undefined);
/** https://lmstudio.ai/docs/developer/rest/endpoints */
const modelSchema = z.object({
  id: z.string().min(1),
  type: z.string().optional().catch(undefined),
  state: z.enum(['loaded', 'not-loaded']).catch('not-loaded'), // a model on its way is not loaded yet
  max_context_length: tokens,
  loaded_context_length: tokens,
});
type Listed = z.infer<typeof modelSchema>;
const modelsSchema = z.object({ data: z.array(modelSchema) });

export const lmStudio: Flavour = {
  name: 'lm-studio',
  detect: async (server) => (await list(server)) !== undefined,
  async learn(server, before) {
    const models = (await list(server)) ?? [];
    const name = server.settings.model ?? chooseName(models, server, before);
    // No field of a request turns its thinking off for sure, so room is kept for it with every model that may think.
    const thinking = thinkingByName(name) === 'none' ? 'none' : 'always';
    const entry = models.find(({ id }) => id === name);
    return { name, thinking, dials: DIALS, ...contextOf(entry, before?.of(name)) };
  },
  call(asked) {
    const words = asked.habits.efforts ?? ['none', 'low', 'medium', 'high'];
    return openaiCall(asked, mayThink(asked) ? { reasoning_effort: chooseEffort(asked.request.thinking, words) } : {});
  },
  // Its users choose whether it parts thoughts from the text; those of gpt-oss it always does.
  sendsThoughtsApart: ({ served }) => isGptOss([served.name]),
  reader: openaiReader,
};

async function list(server: Server): Promise<readonly Listed[] | undefined> {
  const models = modelsSchema.safeParse(await askPage(server, `${server.rootUrl}/api/v0/models`));
  return models.success ? models.data.data : undefined;
}

/** The one that is loaded; else the one that was, else the first on the disk: it loads what it is asked for. */
function chooseName(models: readonly Listed[], server: Server, before?: SaidBefore): string {
  const chatting = models.filter(({ type }) => type !== 'embeddings');
  const chosen =
    chatting.find(({ state }) => state === 'loaded') ?? chatting.find(({ id }) => id === before?.name) ?? chatting[0];
  if (!chosen) throw hasNone(server);
  return chosen.id;
}

/**
 * Not what the model was trained for: a prompt that is longer than what was loaded is cut in the middle, without a word. It unloads
 * what nobody used for a while: then what was loaded counts until it is loaded again.
 */
function contextOf(
  model: Listed | undefined,
  before: Served | undefined,
): Pick<Served, 'contextTokens' | 'contextLimit' | 'unloaded'> {
  if (model?.state === 'loaded') {
    const { loaded_context_length: contextTokens } = model;
    return contextTokens === undefined ? {} : { contextTokens, contextLimit: contextTokens };
  }
  const last = before?.contextLimit;
  if (last !== undefined) return { contextTokens: last, contextLimit: last, unloaded: true };
  return { contextTokens: Math.min(USUAL_CONTEXT_TOKENS, model?.max_context_length ?? USUAL_CONTEXT_TOKENS), unloaded: true };
}
