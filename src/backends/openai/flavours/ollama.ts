import { z } from 'zod';
import {
  dialFields,
  holdsLimit,
  LOCAL_DIALS,
  mayThink,
  optionalFields,
  promptFields,
  withExtra,
  withoutRefused,
} from '../build-body.ts';
import { askPage, type Body, type Server } from '../server.ts';
import { parseOllamaLine } from '../stream/parse-ollama-line.ts';
import { readJsonLines } from '../stream/read-events.ts';
import type { Asked, Call, DialFields, Flavour, SaidBefore, Served } from './flavour.ts';
import { controlTextsIn } from './template-literals.ts';
import { chooseEffort, isGptOss, thinkingByName } from './thinking-models.ts';

/** https://docs.ollama.com/modelfile: the names in `options`. */
const DIALS: DialFields = { ...LOCAL_DIALS, maxTokens: 'num_predict' };

/** Asked for where nobody says how much: Ollama's own default depends on the memory of the machine and may be 4096. */
const MODEST_CONTEXT_TOKENS = 8192;

const tokens = z.int().positive().optional().catch(undefined);
const versionSchema = z.object({ version: z.string() });
const psSchema = z.object({ models: z.array(z.object({ name: z.string(), context_length: tokens })) });
const tagsSchema = z.object({
  models: z.array(z.object({ name: z.string(), details: z.object({ family: z.string() }).optional().catch(undefined) })),
});
/** https://docs.ollama.com/api-reference/show-model-details */
const showSchema = z.object({
  parameters: z.string().optional().catch(undefined),
  template: z.string().optional().catch(undefined),
  model_info: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  capabilities: z.array(z.string()).optional().catch(undefined),
  thinking: z
    .object({ values: z.array(z.union([z.boolean(), z.string()])) })
    .optional()
    .catch(undefined),
});
type Shown = z.infer<typeof showSchema>;

/** Its native API, because only there the context can be asked for: https://docs.ollama.com/api/chat */
export const ollama: Flavour = {
  name: 'ollama',
  async detect(server) {
    if (!versionSchema.safeParse(await askPage(server, `${server.rootUrl}/api/version`)).success) return false;
    return tagsSchema.safeParse(await askPage(server, `${server.rootUrl}/api/tags`)).success;
  },
  learn,
  loadedContext,
  call,
  sendsThoughtsApart: (asked) => Boolean(think(asked).think),
  tookOff: (asked) => asked.served.namesOff === true && think(asked).think === false,
  reader: { texts: readJsonLines, parse: parseOllamaLine },
};

async function learn(server: Server, before?: SaidBefore): Promise<Served> {
  const { rootUrl, settings, place } = server;
  const loaded = await askLoaded(server);
  const name = settings.model ?? (await chooseName(server, loaded, before));
  const shown = showSchema.safeParse(await server.tell(`${rootUrl}/api/show`, { model: name }));
  if (!shown.success) throw server.fail('rejected', `${place.baseUrl} says nothing of the model ${name}: update Ollama.`);
  const { template } = shown.data;
  const controlTexts = template === undefined ? [] : controlTextsIn(template);
  // It unloads what nobody used for a while; what it had is what prompts were made for.
  const now = contextIn(loaded, name) ?? before?.of(name)?.contextTokens;
  return {
    name,
    ...contextOf(shown.data, now),
    ...thinkingOf(shown.data, name),
    dials: DIALS,
    ...(controlTexts.length > 0 ? { controlTexts } : {}),
  };
}

type Loaded = z.infer<typeof psSchema>['models'];

async function askLoaded(server: Server): Promise<Loaded> {
  const running = psSchema.safeParse(await askPage(server, `${server.rootUrl}/api/ps`));
  return running.success ? running.data.models : [];
}

function contextIn(loaded: Loaded, name: string): number | undefined {
  return loaded.find((model) => model.name === name || model.name === `${name}:latest`)?.context_length;
}

async function loadedContext(server: Server, model: string): Promise<number | undefined> {
  try {
    return contextIn(await askLoaded(server), model);
  } catch (error) {
    server.log.debug({ error }, 'Ollama does not say with which context the model is loaded');
    return undefined;
  }
}

/** The one that is loaded; else the one that was, else the first. */
async function chooseName(server: Server, loaded: Loaded, before?: SaidBefore): Promise<string> {
  const tags = tagsSchema.safeParse(await server.ask(`${server.rootUrl}/api/tags`));
  const models = tags.success ? tags.data.models : [];
  const chatting = models.filter(({ name, details }) => !/embed|rerank|bert/i.test(`${name} ${details?.family ?? ''}`));
  const names = chatting.map(({ name }) => name);
  const isLoaded = (name: string) => loaded.some((model) => model.name === name);
  const chosen = names.find(isLoaded) ?? names.find((name) => name === before?.name) ?? names[0];
  if (chosen !== undefined) return chosen;
  throw server.fail(
    'rejected',
    `${server.baseUrl} has no model: pull one (ollama pull gemma3), or name one as the backend's model.`,
  );
}

/**
 * What to ask for where the settings do not say it: what the model's own file does; else what it is loaded with already, so that it
 * is not loaded again, but no less than is modest. Never more than it was trained for, which Ollama would not serve.
 */
function contextOf(shown: Shown, now: number | undefined): Pick<Served, 'contextTokens' | 'contextLimit'> {
  const length = Object.entries(shown.model_info ?? {}).find(([key]) => key.endsWith('.context_length'))?.[1];
  const own = Number(/^\s*num_ctx\s+(\d+)/m.exec(shown.parameters ?? '')?.[1] ?? 0);
  const wanted = own || Math.max(now ?? 0, MODEST_CONTEXT_TOKENS);
  if (typeof length !== 'number') return { contextTokens: wanted };
  return { contextTokens: Math.min(wanted, length), contextLimit: length };
}

/** Its own word counts for more than the name; a model of which it says nothing may think in its text all the same. */
function thinkingOf({ thinking, capabilities }: Shown, name: string): Pick<Served, 'thinking' | 'efforts' | 'namesOff'> {
  if (!thinking && !capabilities?.includes('thinking')) {
    return { thinking: thinkingByName(name) === 'always' ? 'always' : 'none', efforts: [] };
  }
  const values = thinking?.values ?? (isGptOss([name]) ? ['low', 'medium', 'high'] : [true, false]);
  const kind = values.includes(false) ? (values.length > 1 ? 'switchable' : 'none') : 'always';
  const namesOff = thinking?.values.includes(false) ? ({ namesOff: true } as const) : {};
  return { thinking: kind, efforts: values.map(String), ...namesOff };
}

function call(asked: Asked): Call {
  const { request, settings, served, server, contextTokens } = asked;
  const { options: extraOptions = {}, ...extra } = settings.extraBody;
  const options = { num_ctx: contextTokens, ...dialFields(asked, served.dials) };
  const isChat = request.rendered.input === 'messages';
  // Without `truncate` it would leave out old messages, and say nothing.
  const ours: Body = { ...(isChat ? think(asked) : {}), truncate: false };
  const body: Body = {
    ...extra,
    ...withoutRefused(withExtra(ours, extra), asked),
    ...withoutRefused({ options: withExtra({ options }, { options: extraOptions }).options }, asked),
    model: served.name,
    ...promptFields(request),
    ...(isChat ? {} : { raw: true }),
    stream: true,
  };
  return {
    address: `${server.rootUrl}/api/${isChat ? 'chat' : 'generate'}`,
    body,
    isLimited: holdsLimit(options, asked),
    optional: optionalFields(ours, body, extra),
  };
}

/** Thoughts come apart only where they were asked for: a model that cannot leave it is asked to think, so that nobody reads them. */
function think({ request, served, habits }: Asked): Body {
  if (!mayThink({ request, served, habits })) return {};
  const values = served.efforts ?? [];
  const words = values.filter((value) => value !== 'true' && value !== 'false');
  if (request.thinking === 'off' && values.includes('false') && !habits.thinksAnyway) return { think: false };
  if (words.length > 0) return { think: chooseEffort(request.thinking, words) };
  return values.includes('true') ? { think: true } : {};
}
