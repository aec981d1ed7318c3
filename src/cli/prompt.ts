import { z } from 'zod';
import type { Backend } from '../backends/backend.ts';
import { promptReport } from '../bot/commands/prompt-report.ts';
import { preparePrompt } from '../bot/prepare-prompt.ts';
import { createTokenCounter } from '../bot/token-counter.ts';
import type { ChatMessage, Layout, Segment } from '../chat.ts';
import { BackendError, messageOf, TemplateError, UsageError } from '../errors.ts';
import { fit } from '../prompt/fit.ts';
import { openTemplate } from '../prompt/template.ts';
import { describeShape } from './describe-shape.ts';
import { print, printJson } from './print.ts';
import { readText, UNTOLD_AT } from './read-history.ts';
import { readConfiguration, readScene, withBackend } from './read-scene.ts';
import { describeBackend } from './running/describe-backend.ts';
import { unreachableBackend } from './running/unreachable-backend.ts';

type PromptOptions = {
  persona?: string;
  history?: string;
  template?: string;
  layout?: Layout;
  messages?: string;
  as?: string;
  json?: boolean;
};

const messageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });

/** They shape a persona's prompt, and given messages are rendered as they are. */
const NOT_WITH_MESSAGES = ['persona', 'history', 'layout', 'as'] as const;

/** Shows the exact prompt that a message would make, and sends nothing to any model. */
export async function prompt(message: string | undefined, options: PromptOptions): Promise<undefined> {
  checkWords(message, options);
  const configured = await readConfiguration();
  if (options.messages !== undefined) {
    const messages = await readMessages(options.messages);
    return withBackend(configured, 'default', async (backend, because) =>
      showMessages(await reachable(backend, because), messages, options),
    );
  }
  const request = await readScene(configured, { ...options, message: message ?? '' });
  const { persona } = request;
  return withBackend(configured, persona.backend, async (unsure, because) => {
    const backend = await reachable(unsure, because);
    const prepared = await preparePrompt(backend, createTokenCounter(), request);
    if (!options.json) {
      return print([
        promptReport(prepared, { persona: persona.name, session: options.history ?? 'new', backend: backend.name }).trimEnd(),
      ]);
    }
    const { template, layout, text, messages, tokens } = prepared;
    const segments = prepared.segments.map(({ layer, role, name, text, tokens }) => ({
      layer,
      role,
      name: name ?? null,
      text,
      tokens,
    }));
    return printJson({ persona: persona.id, backend: backend.name, template, layout, text, messages, segments, tokens });
  });
}

/** The words of a command are checked before anything is opened. */
function checkWords(message: string | undefined, options: PromptOptions): void {
  if ((message === undefined) === (options.messages === undefined)) {
    throw new UsageError('prompt takes either a message or --messages FILE.');
  }
  if (message?.trim() === '') throw new UsageError('The message is blank: prompt takes what somebody says.');
  const stray = options.messages === undefined ? [] : NOT_WITH_MESSAGES.filter((name) => options[name] !== undefined);
  if (stray.length > 0) {
    const names = stray.map((name) => `--${name}`).join(', ');
    throw new UsageError(`--messages renders just those messages and cannot be given together with ${names}.`);
  }
  checkTemplate(options.template);
}

function checkTemplate(template: string | undefined): void {
  if (template === undefined) return;
  try {
    openTemplate(template);
  } catch (error) {
    throw error instanceof TemplateError ? new UsageError(error.message, { cause: error }) : error;
  }
}

async function readMessages(file: string): Promise<ChatMessage[]> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: this is not JSON (${messageOf(error)}).`, { cause: error });
  }
  if (!Array.isArray(value) || value.length === 0) {
    throw new UsageError(`${file}: expected an array of {"role":"system", "user" or "assistant","content":"..."}.`);
  }
  const checked = value.map((message: unknown) => messageSchema.safeParse(message));
  const wrong = checked.flatMap(({ error }, index) =>
    error ? [`${file}: message ${index + 1}: ${describeShape(error, value[index])}.`] : [],
  );
  if (wrong.length > 0) throw new UsageError(wrong.slice(0, 10).join('\n'));
  return checked.flatMap(({ data }) => data ?? []);
}

async function reachable(backend: Backend, because: string): Promise<Backend> {
  const facts = await describeBackend(backend, because);
  if (!(facts instanceof BackendError)) return backend;
  process.stderr.write(`troupe: ${facts.message} Shown as for a server that takes messages, with estimated tokens.\n`);
  return unreachableBackend(backend.name);
}

async function showMessages(backend: Backend, messages: readonly ChatMessage[], options: PromptOptions): Promise<undefined> {
  const { input, model } = await backend.describe();
  const name = options.template ?? 'auto';
  const opened = input === 'messages' && name === 'auto' ? undefined : openTemplate(name, model);
  const text = opened
    ? (await opened.render(messages, { opening: '', now: UNTOLD_AT })).map((piece) => piece.text).join('')
    : null;
  if (!options.json) return print([text ?? JSON.stringify(messages, null, 2)]);
  const { counts } = await backend.countTokens(messages.map(({ content }) => content));
  const counted = messages.map(
    ({ role, content }, index): Segment => ({ layer: 'message', role, text: content, tokens: counts[index] ?? 0 }),
  );
  // Reckoned as in every other prompt, and never cut.
  const { tokens } = fit({ segments: counted, contextTokens: Number.POSITIVE_INFINITY, replyTokens: 0 });
  const segments = counted.map(({ role, text, tokens }) => ({ layer: null, role, name: null, text, tokens }));
  return printJson({
    persona: null,
    backend: backend.name,
    template: opened?.name ?? 'server',
    layout: null,
    text,
    messages,
    segments,
    tokens,
  });
}
