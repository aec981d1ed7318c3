import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import type { ChatMessage, Piece, Thinking } from '../../chat.ts';
import { messageOf, TemplateError } from '../../errors.ts';
import { neutralise } from '../neutralise.ts';
import type { Template } from '../template.ts';
import { content, joinPieces, scaffold } from './pieces.ts';
import { markerFor, placeByMarkers, placeInOrder } from './place-contents.ts';
import { strftime } from './strftime.ts';
import { withoutSystem, withStrictRoles } from './strict-roles.ts';

type JinjaSource = {
  /** how the template is named to people */
  name: string;
  source: string;
  bosToken?: string;
  eosToken?: string;
};

type Program = ReturnType<typeof parse>;

/** Renders messages to one flat text. Throws what the template throws. */
type Render = (messages: readonly ChatMessage[]) => string;

/**
 * A model's Jinja chat template. It gives back one flat text, in which the contents are found again, so that what people said stays
 * content. A template that rejects or loses a message is given the same conversation in stricter roles, step by step; when the
 * contents cannot be told from the scaffolding at all, they are neutralised and the whole is scaffolding. Throws TemplateError when
 * the source does not parse, and from `render` when the template rejects every form of the conversation.
 */
export function jinjaTemplate(jinja: JinjaSource): Template {
  const program = parseSource(jinja);
  return {
    name: jinja.name,
    stop: jinja.eosToken ? [jinja.eosToken] : [],
    render(messages, { opening, thinking = 'off', now = Date.now() }) {
      const render: Render = (shown) => run(program, variablesFor(jinja, { messages: shown, thinking, now }));
      return joinPieces([...renderPieces(jinja.name, render, messages), content(opening)]);
    },
  };
}

function parseSource({ name, source }: JinjaSource): Program {
  const failure = failureOf(source);
  if (failure === undefined) return parseText(source);
  throw new TemplateError(`The template ${name} does not parse: line ${lineOfFailure(source, failure)}: ${failure}`);
}

function parseText(source: string): Program {
  return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
}

function failureOf(source: string): string | undefined {
  try {
    parseText(source);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The parser does not say where it failed: it is the first line from which on every longer beginning fails in the same way. */
function lineOfFailure(source: string, failure: string): number {
  const lines = source.split('\n');
  let line = lines.length;
  while (line > 1 && failureOf(lines.slice(0, line - 1).join('\n')) === failure) line -= 1;
  return line;
}

type Shown = { messages: readonly ChatMessage[]; thinking: Thinking; now: number };

/** The names that chat templates use, as the libraries that models are published with define them. */
function variablesFor(
  { bosToken = '', eosToken = '' }: JinjaSource,
  { messages, thinking, now }: Shown,
): Record<string, unknown> {
  const constants = { true: true, false: false, none: null, True: true, False: false, None: null };
  return {
    ...constants,
    messages: messages.map(({ role, content: text }) => ({ role, content: text })),
    add_generation_prompt: true,
    bos_token: bosToken,
    eos_token: eosToken,
    enable_thinking: thinking !== 'off',
    thinking: thinking !== 'off',
    ...(thinking === 'off' ? {} : { reasoning_effort: thinking === 'low' ? 'low' : 'high' }),
    range,
    strftime_now: (format: string) => strftime(new Date(now), format),
    raise_exception: (reason: string) => {
      throw new Error(reason);
    },
  };
}

function range(first: number, second?: number, step = 1): number[] {
  const [start, end] = second === undefined ? [0, first] : [first, second];
  return Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, index) => start + index * step);
}

/** Without tools: most templates expect none, a few go through the list unasked. */
function run(program: Program, variables: Record<string, unknown>): string {
  try {
    return evaluate(program, { ...variables, tools: null });
  } catch (error) {
    try {
      return evaluate(program, { ...variables, tools: [] });
    } catch {
      throw error; // the first reason is the one that names the trouble
    }
  }
}

function evaluate(program: Program, variables: Record<string, unknown>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries(variables)) environment.set(name, value);
  return String(new Interpreter(environment).run(program).value);
}

/** The same conversation in ever stricter roles; a step that changes nothing is left out. */
function ladderFor(messages: readonly ChatMessage[]): (readonly ChatMessage[])[] {
  const steps = [messages, withStrictRoles(messages), withoutSystem(messages)];
  return steps.filter((step, index) => index === 0 || JSON.stringify(step) !== JSON.stringify(steps[index - 1]));
}

function renderPieces(name: string, render: Render, messages: readonly ChatMessage[]): Piece[] {
  const ladder = ladderFor(messages);
  let refusal: unknown;
  for (const step of ladder) {
    try {
      const pieces = placeContents(render, step);
      if (pieces) return pieces;
    } catch (error) {
      refusal ??= error;
    }
  }
  let losesAll = false;
  for (const step of ladder) {
    const flat = tryRender(render, neutralised(step));
    if (flat === undefined) continue;
    if (showsNewest(render, neutralised(step), flat)) return [scaffold(flat)];
    losesAll = true;
  }
  if (losesAll && refusal === undefined) {
    throw new TemplateError(
      `The template ${name} leaves out the conversation: nothing of the newest message is in its text. Name another in the persona, for example chatml.`,
    );
  }
  throw new TemplateError(
    `The template ${name} cannot show this conversation: ${messageOf(refusal)}. Name another in the persona, for example chatml.`,
    { cause: refusal },
  );
}

/** Undefined when the rendering is there but the contents cannot be found in it. Throws what the template throws. */
function placeContents(render: Render, messages: readonly ChatMessage[]): Piece[] | undefined {
  const rendering = render(messages);
  const contents = messages.map((message) => message.content);
  const marked = tryRender(
    render,
    messages.map((message, index) => ({ ...message, content: markerFor(message.content, index) })),
  );
  const placed = marked === undefined ? undefined : placeByMarkers(rendering, marked, contents);
  if (placed) return placed;
  return showsNewest(render, messages, rendering) ? placeInOrder(rendering, contents) : undefined;
}

/** Whether another newest message would make another text. Words found by chance in a fixed text are not the message. */
function showsNewest(render: Render, messages: readonly ChatMessage[], rendering: string): boolean {
  const newest = messages.findLastIndex((message) => message.role === 'user');
  const other = messages.map((message, index) =>
    index === newest ? { ...message, content: markerFor('other', index) } : message,
  );
  return newest === -1 || tryRender(render, other) !== rendering;
}

function tryRender(render: Render, messages: readonly ChatMessage[]): string | undefined {
  try {
    return render(messages);
  } catch {
    return undefined; // the caller goes on without; what the template says about real contents is reported
  }
}

function neutralised(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map((message) => ({ ...message, content: neutralise(message.content) }));
}
