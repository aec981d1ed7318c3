import type { Dial, ReplyRequest } from '../../chat.ts';
import type { Asked, Call, DialFields } from './flavours/flavour.ts';
import { chooseEffort, effortsIn, SWITCHES, switchesOf } from './flavours/thinking-models.ts';
import { furtherFields, keyedDials } from './keyed-dials.ts';
import type { Body } from './server.ts';

/** The dials of OpenAI's own API, by their fields. */
export const OPENAI_DIALS: DialFields = {
  temperature: 'temperature',
  maxTokens: 'max_tokens',
  topP: 'top_p',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  stop: 'stop',
  seed: 'seed',
};

/** Those that most other servers know as well. */
export const LOCAL_DIALS: DialFields = { ...OPENAI_DIALS, topK: 'top_k', minP: 'min_p', repeatPenalty: 'repeat_penalty' };

/** OpenAI's API takes no more stop strings than this; we apply all of them ourselves in any case. */
const MOST_STOPS = 4;

/** OpenAI renamed the field for models that think; a server knows one of the two or both. */
const OTHER_NAME: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
};

/** Whether the model may think in this reply. */
export function mayThink({ request, served, habits }: Pick<Asked, 'request' | 'served' | 'habits'>): boolean {
  return request.thinking !== 'off' || served.thinking !== 'none' || habits.thinks;
}

/**
 * One streaming request in OpenAI's protocol: chat completions for messages, completions for pieces. Every dial as it is, but for
 * the tokens, in which servers count the thinking as well. `special`: what a flavour adds to a chat; what an operator put into
 * extraBody goes before them. Source: https://platform.openai.com/docs/api-reference/chat/create
 */
export function openaiCall(asked: Asked, special: Body = {}): Call {
  const { request, settings, served, server } = asked;
  const dials = dialFields(asked, request.thinking === 'off' ? served.dials : (served.thinkingDials ?? served.dials));
  const isChat = request.rendered.input === 'messages';
  const ours: Body = { ...(isChat ? special : {}), stream_options: { include_usage: true }, ...dials };
  const body: Body = {
    ...settings.extraBody,
    ...withoutRefused(withExtra(ours, settings.extraBody), asked),
    model: served.name,
    ...promptFields(request),
    stream: true,
  };
  return {
    address: `${server.baseUrl}/${isChat ? 'chat/completions' : 'completions'}`,
    body,
    isLimited: holdsLimit(body, asked),
    optional: optionalFields(ours, body, settings.extraBody),
  };
}

/** Whether these fields say how many tokens may be generated. */
export function holdsLimit(fields: Body, { served, habits }: Pick<Asked, 'served' | 'habits'>): boolean {
  const name = served.dials.maxTokens === undefined ? undefined : takenName(served.dials.maxTokens, habits);
  return name !== undefined && name in fields;
}

/** The fields of ours that are in the body, but for those that the operator had a hand in. */
export function optionalFields(ours: Body, body: Body, extra: Body): ReadonlySet<string> {
  const names = [...Object.keys(ours), ...Object.values(OTHER_NAME)];
  return new Set(names.filter((name) => name in body && !(name in extra)));
}

/** The prompt in the field that holds it: messages where the server lays them out, else all that the model reads as one text. */
export function promptFields({ rendered }: ReplyRequest): Body {
  if (rendered.input === 'pieces') return { prompt: rendered.pieces.map(({ text }) => text).join('') };
  return { messages: rendered.messages.map(({ role, content }) => ({ role, content })) };
}

/** The dials in the fields that hold them. `fields` without a dial leaves it out. */
export function dialFields(asked: Asked, fields: DialFields): Body {
  const { request, totalLimit, habits } = asked;
  const stop = stopsToSend(asked);
  const dials: Readonly<Partial<Record<Dial, unknown>>> = {
    ...request.sampling,
    ...keyedDials(request.sampling),
    maxTokens: totalLimit,
    seed: request.seed,
    stop: stop.length > 0 ? stop : undefined,
  };
  const entries = (Object.entries(fields) as [Dial, string][]).map(([dial, field]) => [
    takenName(field, habits) ?? field,
    dials[dial],
  ]);
  return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)), ...furtherFields(asked, fields) };
}

/** The name under which the server takes a field, as far as is known; undefined where it takes none. */
export function takenName(field: string, { refused }: Pick<Asked['habits'], 'refused'>): string | undefined {
  return [field, OTHER_NAME[field]].find((name) => name !== undefined && !refused.has(name));
}

/** A server would apply a stop string to the thinking as well; while the model may think, only we can apply it to the reply alone. */
function stopsToSend(asked: Asked): string[] {
  return mayThink(asked) ? [] : asked.request.sampling.stop.filter(Boolean).slice(0, MOST_STOPS);
}

/** What the server is known to refuse is not sent again. */
export function withoutRefused(fields: Body, { habits }: Pick<Asked, 'habits'>): Body {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => !habits.refuses(name, value)));
}

/** Our fields under the operator's: of a map that both fill, each key of the operator's counts. */
export function withExtra(fields: Body, extra: Body): Body {
  const merged = Object.entries(fields).map(([name, value]) => {
    if (!(name in extra)) return [name, value];
    const theirs = extra[name];
    return [name, isMap(value) && isMap(theirs) ? { ...value, ...theirs } : theirs];
  });
  return Object.fromEntries(merged);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The switch of the thinking for servers that hand arguments to the chat template. Where the template is known, only what it reads is
 * sent; where it is not, every name of a switch, since templates leave alone what they do not know.
 */
export function templateSwitch({ request, served, habits }: Asked): Body {
  const { thinking } = request;
  const { template } = served;
  if (!mayThink({ request, served, habits })) return {};
  const names = template === undefined ? SWITCHES : switchesOf(template);
  const switches = Object.fromEntries(names.map((name) => [name, thinking !== 'off']));
  const effort =
    thinking === 'off' && names.length > 0 && template !== undefined ? undefined : templateEffort(template, thinking);
  const kwargs = { ...switches, ...(effort === undefined ? {} : { reasoning_effort: effort }) };
  return Object.keys(kwargs).length > 0 ? { chat_template_kwargs: kwargs } : {};
}

function templateEffort(template: string | undefined, thinking: ReplyRequest['thinking']): string | undefined {
  if (template === undefined || !/\breasoning_effort\b/.test(template)) return undefined;
  const words = effortsIn(template);
  return chooseEffort(thinking, words.length > 1 ? words : ['low', 'medium', 'high']);
}
