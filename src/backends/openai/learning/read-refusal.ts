import { APIError } from 'openai';
import { effortsIn } from '../flavours/thinking-models.ts';

/** A setting that the server did not take. */
export type Refusal = {
  field: string;
  /** it is the value that was refused, as too large or too small, and another one may be taken */
  onlyValue: boolean;
  /** the words that it takes instead, where it says so */
  words: readonly string[];
};

/** What servers answer when they refuse a field: as wrong, or as unknown. */
const REFUSING: readonly (number | undefined)[] = [400, 422];

/** Fields that say how a model thinks. */
const THINKING: readonly string[] = ['think', 'reasoning', 'reasoning_effort', 'chat_template_kwargs', 'reasoning_format'];
const ABOUT_THINKING = /\bthink(ing)?\b|\breasoning\b|chat_template/i;

const RANGE =
  /\b(less|greater|smaller|larger|lower|higher) than\b|\bout of range\b|\bbetween\b|\btoo (large|small|long|high|low)\b|\bat (most|least)\b|[<>]=|\b(max|min)imum (value|length)\b/i;

/**
 * Which of the fields that we sent a server refuses, of those that may be left out; undefined when the error is about something else.
 * Servers name it in `param` (OpenAI), in a `loc` (vLLM, Mistral) or in their sentence, in its own spelling or in camelCase.
 */
export function readRefusal(error: unknown, sent: ReadonlySet<string>): Refusal | undefined {
  if (!(error instanceof APIError) || !REFUSING.includes(error.status)) return undefined;
  const words = textOf(error);
  const param = typeof error.param === 'string' ? error.param.split(/[.[]/)[0] : undefined;
  const field = param !== undefined && sent.has(param) ? param : (firstNamed(words, sent) ?? thinkingField(words, sent));
  if (field === undefined) return undefined;
  const isEffort = field === 'reasoning_effort' || field === 'think' || field === 'reasoning';
  return { field, onlyValue: !THINKING.includes(field) && RANGE.test(words), words: isEffort ? effortsIn(words) : [] };
}

/** Everything that the server said, as one text. */
function textOf(error: APIError): string {
  const sent: unknown = error.error;
  const words = typeof sent === 'string' ? sent : JSON.stringify(sent ?? '');
  return words.replaceAll('\\"', '"');
}

/** The field that the text names first: later ones may be what it proposes instead. */
function firstNamed(text: string, sent: ReadonlySet<string>): string | undefined {
  const places = [...sent].map((field) => ({ field, at: placeOf(text, field) })).filter(({ at }) => at >= 0);
  return places.sort((one, other) => one.at - other.at || other.field.length - one.field.length)[0]?.field;
}

/** Where a field is named; -1 where it is not. A plain word such as "stop" counts only as a name: in quotes, after "parameter" ... */
function placeOf(text: string, field: string): number {
  const names = new Set([field, field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]);
  const places = [...names].map((name) => text.search(namedAs(name))).filter((at) => at >= 0);
  return places.length > 0 ? Math.min(...places) : -1;
}

function namedAs(name: string): RegExp {
  const asName = [
    `['"\`]${name}['"\`.]`,
    `(?<!\\w)${name}:`,
    `(?:parameters?|arguments?|supplied|property|field|option):? ${name}\\b`,
    ...(/[_A-Z]/.test(name) ? [`(?<![\\w.])${name}(?!\\w)`] : []),
  ];
  return new RegExp(asName.join('|'));
}

function thinkingField(text: string, sent: ReadonlySet<string>): string | undefined {
  return ABOUT_THINKING.test(text) ? THINKING.find((field) => sent.has(field)) : undefined;
}
