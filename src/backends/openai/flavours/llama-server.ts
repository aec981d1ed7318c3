import { basename } from 'node:path';
import { z } from 'zod';
import { LOCAL_DIALS, mayThink, openaiCall, templateSwitch } from '../build-body.ts';
import { askPage, type Server } from '../server.ts';
import type { DialFields, Flavour, Served } from './flavour.ts';
import { chooseModel, listedContext, listModels } from './list-models.ts';
import { openaiReader } from './openai-reader.ts';
import { countApart, lengthsBetween } from './parted-counts.ts';
import { controlTextsIn } from './template-literals.ts';
import { thinkingByName, thinkingByTemplate } from './thinking-models.ts';

const DIALS: DialFields = { ...LOCAL_DIALS, dry: 'dry_multiplier', xtc: 'xtc_probability', logitBias: 'logit_bias' };

const text = z.string().min(1).optional().catch(undefined);

/** https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md: `n_ctx` is what one slot takes, 0 for a router. */
const propsSchema = z.object({
  default_generation_settings: z.object({ n_ctx: z.int().nonnegative().optional() }),
  role: text,
  model_alias: text,
  model_path: text,
  chat_template: text,
  bos_token: text,
  eos_token: text,
});
type Props = z.infer<typeof propsSchema>;
const slotsSchema = z.array(z.object({ n_ctx: z.int().positive() })).min(1);
const tokensSchema = z.object({ tokens: z.array(z.int()) });

/** No token has this number, so it can stand between texts where a list of texts and tokens is taken. */
const PARTING = -1;

export const llamaServer: Flavour = {
  name: 'llama-server',
  detect: async (server) => (await askProps(server, '')) !== undefined,
  learn,
  // Whatever it was started with: thoughts apart, or people would read those of a template that opens them itself.
  call: (asked) => openaiCall(asked, mayThink(asked) ? { ...templateSwitch(asked), reasoning_format: 'auto' } : {}),
  sendsThoughtsApart: () => true,
  reader: openaiReader,
  tokenise,
};

/** A list of texts and tokens is tokenised as one, so that a number between two texts shows where the first ends. */
async function tokenise({ tell, rootUrl }: Server, model: string, texts: readonly string[]): Promise<readonly number[]> {
  const ask = async (content: unknown) => {
    const body = { model, content, add_special: false, parse_special: false };
    return tokensSchema.parse(await tell(`${rootUrl}/tokenize`, body)).tokens;
  };
  const apart = () => countApart(texts, async (one) => (await ask(one)).length);
  if (texts.length === 1) return apart();
  const list = texts.flatMap((one, index) => (index === 0 ? [one] : [PARTING, one]));
  const tokens = await ask(list).catch(() => []); // a server that takes no list
  const counts = lengthsBetween(tokens, PARTING);
  return counts.length === texts.length ? counts : apart();
}

async function askProps(server: Server, query: string): Promise<Props | undefined> {
  const props = propsSchema.safeParse(await askPage(server, `${server.rootUrl}/props${query}`));
  return props.success ? props.data : undefined;
}

async function learn(server: Server): Promise<Served> {
  const { settings } = server;
  const first = await askProps(server, '');
  const list = settings.model === undefined && first?.model_alias === undefined ? await listModels(server) : [];
  const isRouter = first?.role === 'router';
  const names = isRouter ? await listModels(server) : list;
  const own = isRouter ? undefined : first?.model_alias;
  const name = settings.model ?? own ?? chooseModel(names, server);
  const props = isRouter ? await askProps(server, `?model=${encodeURIComponent(name)}`) : first;
  const slot = props?.default_generation_settings.n_ctx || (await askSlots(server));
  const contextTokens = slot || listedContext(names, name);
  const most = slot ? { contextLimit: slot } : {};
  return { name, ...thinkingOf(props, name), ...(contextTokens ? { contextTokens } : {}), ...most, dials: DIALS };
}

function thinkingOf(props: Props | undefined, name: string): Pick<Served, 'thinking' | 'template' | 'controlTexts'> {
  const template = props?.chat_template;
  const told = `${name} ${basename(props?.model_path ?? '')}`;
  if (template === undefined) return { thinking: thinkingByName(told) };
  const marks = [props?.bos_token, props?.eos_token].filter((mark) => mark !== undefined);
  return {
    template,
    thinking: thinkingByTemplate(template, told),
    controlTexts: [...new Set([...marks, ...controlTextsIn(template)])],
  };
}

/** The smallest slot: which of them a request gets nobody knows before. */
async function askSlots(server: Server): Promise<number | undefined> {
  const slots = slotsSchema.safeParse(await askPage(server, `${server.rootUrl}/slots`));
  return slots.success ? Math.min(...slots.data.map(({ n_ctx }) => n_ctx)) : undefined;
}
