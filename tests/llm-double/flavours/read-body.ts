// Reading requests, as all servers do it.
import type { Family, Wish } from '../families/family.ts';
import { countTokens } from '../speech.ts';
import type { Body, HeardDials } from './flavour.ts';

/** Under which names a server looks for each dial; a dial without one is not read. */
export type DialNames = { readonly [Dial in keyof HeardDials]?: readonly string[] };

/** As OpenAI names them. */
export const OPENAI_NAMES: DialNames = {
  temperature: ['temperature'],
  maxTokens: ['max_completion_tokens', 'max_tokens'],
  topP: ['top_p'],
  frequencyPenalty: ['frequency_penalty'],
  presencePenalty: ['presence_penalty'],
  stop: ['stop'],
  seed: ['seed'],
  logitBias: ['logit_bias'],
};

/** Every name that any server has for a dial that is not OpenAI's. */
export const FURTHER_NAMES = ['top_k', 'min_p', 'repeat_penalty', 'repetition_penalty', 'rep_pen'] as const;

export function readDials(body: Body, names: DialNames): HeardDials {
  const heard: Record<string, unknown> = {};
  for (const [dial, fields] of Object.entries(names)) {
    const field = fields.find((name) => body[name] !== undefined && body[name] !== null);
    if (field !== undefined) heard[dial] = dial === 'stop' ? stopsOf(body[field]) : body[field];
  }
  return heard as HeardDials;
}

function stopsOf(stop: unknown): string[] {
  return (Array.isArray(stop) ? stop : [stop]).filter((one): one is string => typeof one === 'string' && one !== '');
}

/** Tokens of a whole prompt: the contents, and four for each message's role. */
export function promptTokens(body: Body): number {
  if (typeof body.prompt === 'string') return countTokens(body.prompt);
  return messagesOf(body).reduce((sum, { content }) => sum + countTokens(content) + 4, 3);
}

export function messagesOf(body: Body): { role: string; content: string }[] {
  return Array.isArray(body.messages) ? body.messages : [];
}

/** What a template of this family hears from `chat_template_kwargs` and `reasoning_effort`. */
export function templateWish(body: Body, family: Family): Wish | undefined {
  const given = recordOf(body.chat_template_kwargs);
  const effort = given.reasoning_effort ?? body.reasoning_effort;
  if (family.switch === 'none') return undefined;
  if (family.switch === 'reasoning_effort') return effortWish(effort);
  const flag = given[family.switch];
  if (flag === false) return 'off';
  if (flag !== true) return undefined;
  return effortWish(effort) === 'low' ? 'low' : 'full';
}

export function effortWish(effort: unknown): Wish | undefined {
  if (effort === 'none') return 'off';
  if (effort === 'minimal' || effort === 'low') return 'low';
  return typeof effort === 'string' ? 'full' : undefined;
}

export function recordOf(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
}

export function wantsUsage(body: Body): boolean {
  return recordOf(body.stream_options).include_usage === true;
}
