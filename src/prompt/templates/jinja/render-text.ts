import { Environment } from '@huggingface/jinja';
import type { ChatMessage, Thinking } from '../../../chat.ts';
import { strftime } from '../strftime.ts';
import { PythonInterpreter } from './python/interpreter.ts';
import type { Program } from './python/syntax.ts';
import { callable, isMap, isText, map, TooLargeError, text, toValue, type Value } from './python/values.ts';

/** A model's template with what its tokenizer says beside it. */
export type JinjaSource = {
  /** how the template is named to people */
  name: string;
  source: string;
  bosToken?: string | undefined;
  eosToken?: string | undefined;
  /** further special tokens, which a few templates call by their place; model files do not hold them */
  specialTokens?: readonly string[] | undefined;
};

/** `now`: ms since the epoch. */
export type Moment = { thinking: Thinking; now: number };

/** Dates are named in some words. UTF-16 units. */
const FORMAT_AT_MOST = 1000;

/** Ranges as Jinja's sandbox allows them. Source: MAX_RANGE in jinja2/sandbox.py */
const RANGE_AT_MOST = 100_000;

/**
 * The whole text that a template makes of messages. Throws what the template throws. Without tools: most templates expect none, a few
 * go through the list unasked, and one wants a text of functions; a level of reasoning that a template refuses is left out. It is tried
 * again only with what the template names: nothing else could make a difference.
 */
export function renderText(program: Program, jinja: JinjaSource, shown: Moment & { messages: readonly ChatMessage[] }): string {
  const names = (name: string) => jinja.source.includes(name);
  const attempts = [
    { tools: null },
    ...(names('tools') ? [{ tools: [] }] : []),
    ...(names('functions') || names('reasoning_effort') ? [{ tools: [], functions: '', reasoning_effort: undefined }] : []),
  ];
  let refusal: unknown;
  for (const attempt of attempts) {
    try {
      return run(program, { ...variablesFor(jinja, shown), ...attempt }); // a template may change what it is given
    } catch (error) {
      if (error instanceof TooLargeError || error instanceof RangeError) throw error; // it would grow as much again
      refusal ??= error; // the first reason is the one that names the trouble
    }
  }
  throw refusal;
}

function run(program: Program, variables: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries(variables)) environment.setVariable(name, toValue(value));
  const result = new PythonInterpreter(environment).evaluate(program, environment);
  return isText(result) ? result.value : '';
}

/** The names that chat templates use, as the libraries that models are published with define them. */
function variablesFor(jinja: JinjaSource, { messages, thinking, now }: Moment & { messages: readonly ChatMessage[] }) {
  const constants = { true: true, false: false, none: null, True: true, False: false, None: null };
  const { bosToken = '', eosToken = '', specialTokens } = jinja;
  return {
    ...constants,
    messages: messages.map(({ role, content }) =>
      map(
        new Map([
          ['role', text(role)],
          ['content', text(content)],
        ]),
      ),
    ),
    documents: null,
    add_generation_prompt: true,
    bos_token: bosToken,
    eos_token: eosToken,
    ...(specialTokens && { additional_special_tokens: [...specialTokens] }),
    ...thinkingSwitches(thinking, jinja.source),
    range: (first: number, second?: number, step?: number) => range(first, second, step),
    dict: callable(dict),
    datetime: strftime(new Date(now), '%b %d %Y'),
    strftime_now: (format: string) => strftime(new Date(now), checkFormat(format)),
    raise_exception: (reason: string) => {
      throw new Error(reason);
    },
  };
}

/**
 * The names by which templates switch reasoning. Where one asks for a level and knows no word for none, the lowest is named: gpt-oss
 * and Solar reason more when they are told nothing.
 */
function thinkingSwitches(thinking: Thinking, source: string) {
  const isOn = thinking !== 'off';
  const none = /['"](no_think|none|minimal)['"]/.exec(source)?.[1] ?? 'low';
  const effort = { off: none, low: 'low', full: 'high' }[thinking];
  return {
    enable_thinking: isOn,
    thinking: isOn,
    reasoning: isOn,
    thinking_mode: isOn ? 'enabled' : 'disabled',
    thinking_option: isOn ? 'on' : 'off',
    ...(isOn ? { thinking_effort: effort } : { thinking_budget: 0 }),
    ...(source.includes('reasoning_effort') && { reasoning_effort: effort }),
  };
}

function checkFormat(format: string): string {
  if (format.length > FORMAT_AT_MOST) throw new Error(`a format of a date has more than ${FORMAT_AT_MOST} characters`);
  return format;
}

function range(first: number, second?: number, step = 1): number[] {
  const [start, end] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (!(length <= RANGE_AT_MOST)) throw new Error(`a range of more than ${RANGE_AT_MOST} numbers`);
  return Array.from({ length }, (_, index) => start + index * step);
}

function dict(args: readonly Value[]): Value {
  const entries = args.flatMap((given) =>
    isMap(given) || given.type === 'KeywordArgumentsValue' ? [...(given.value as Map<string, Value>)] : [],
  );
  return map(new Map(entries));
}
