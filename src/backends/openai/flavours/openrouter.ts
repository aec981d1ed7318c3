import { z } from 'zod';
import type { Dial } from '../../../chat.ts';
import { LOCAL_DIALS, openaiCall } from '../build-body.ts';
import { askPage, type Body, type Server } from '../server.ts';
import type { Asked, DialFields, Flavour, SaidBefore, Served, ThinkingKind } from './flavour.ts';
import { namedModel } from './list-models.ts';
import { openaiReader } from './openai-reader.ts';
import { chooseEffort, thinkingByName } from './thinking-models.ts';

/** https://openrouter.ai/docs/api-reference/parameters */
const DIALS: DialFields = { ...LOCAL_DIALS, repeatPenalty: 'repetition_penalty' };

const tokens = z.int().positive().nullish().catch(undefined);
/** https://openrouter.ai/docs/guides/overview/models: what one endpoint takes may be less than what the model was trained for. */
const modelSchema = z.object({
  id: z.string(),
  context_length: tokens,
  top_provider: z.object({ context_length: tokens }).nullish().catch(undefined),
  supported_parameters: z.array(z.string()).optional().catch(undefined),
  reasoning: z
    .object({
      mandatory: z.boolean().optional().catch(undefined),
      supported_efforts: z.array(z.string()).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});
type Listed = z.infer<typeof modelSchema>;
const modelsSchema = z.object({ data: z.array(modelSchema) });

export const openrouter: Flavour = {
  name: 'openrouter',
  isAt: (baseUrl) => /(^|\.)openrouter\.ai$/.test(new URL(baseUrl).hostname),
  learn,
  call(asked) {
    // It shortens prompts in the middle where an endpoint takes few tokens, unless it is told not to.
    const plugins = [{ id: 'context-compression', enabled: false }];
    const call = openaiCall(asked, { ...reasoning(asked), plugins });
    const isNamed = Object.keys(asked.settings.headers).some((header) => header.toLowerCase() === 'x-title');
    return isNamed ? call : { ...call, headers: { 'X-Title': 'Troupe' } };
  },
  sendsThoughtsApart: () => true,
  reader: openaiReader,
};

async function learn(server: Server, before?: SaidBefore): Promise<Served> {
  const name = namedModel(server);
  const list = modelsSchema.safeParse(await askPage(server, `${server.baseUrl}/models`));
  const last = before?.of(name);
  if (!list.success && last) return last;
  const models = list.success ? list.data.data : [];
  // `:free`, `:nitro` and the like choose among the endpoints of a model.
  const plain = name.replace(/:\w+$/, '');
  const entry = models.find(({ id }) => id === name) ?? models.find(({ id }) => id === plain);
  const efforts = entry?.reasoning?.supported_efforts ?? undefined;
  return {
    name,
    thinking: thinkingOf(entry, name),
    dials: dialsOf(entry),
    ...(efforts ? { efforts } : {}),
    ...contextOf(entry),
  };
}

function contextOf(entry: Listed | undefined): Pick<Served, 'contextTokens' | 'contextLimit'> {
  const told = [entry?.context_length, entry?.top_provider?.context_length].filter((length) => typeof length === 'number');
  return told.length > 0 ? { contextTokens: Math.min(...told), contextLimit: Math.min(...told) } : {};
}

/** A parameter that no endpoint of the model takes is ignored there, so it is not honoured here. */
function dialsOf(entry: Listed | undefined): DialFields {
  const supported = entry?.supported_parameters;
  if (!supported) return DIALS;
  const entries = Object.entries(DIALS) as [Dial, string][];
  return Object.fromEntries(entries.filter(([, field]) => supported.includes(field)));
}

function thinkingOf(entry: Listed | undefined, name: string): ThinkingKind {
  if (entry?.reasoning?.mandatory) return 'always';
  if (!entry?.supported_parameters) return thinkingByName(name);
  return entry.supported_parameters.includes('reasoning') ? 'switchable' : 'none';
}

/** https://openrouter.ai/docs/guides/best-practices/reasoning-tokens */
function reasoning({ request: { thinking }, served, habits }: Asked): Body {
  if (served.thinking === 'none') return {};
  if (thinking === 'off' && served.thinking === 'switchable') return { reasoning: { enabled: false } };
  const words = habits.efforts ?? served.efforts ?? ['low', 'high'];
  return { reasoning: { effort: chooseEffort(thinking, words) } };
}
