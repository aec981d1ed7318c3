import { z } from 'zod';
import type { Backend } from '../backends/backend.ts';
import { promptReport } from '../bot/commands/prompt-report.ts';
import { preparePrompt } from '../bot/prepare-prompt.ts';
import { createTokenCounter } from '../bot/token-counter.ts';
import type { ChatMessage, Layout } from '../chat.ts';
import { chooseDefaultBackend } from '../config/default-backend.ts';
import { type Config, loadConfig } from '../config.ts';
import { BackendError, messageOf, TemplateError, UsageError } from '../errors.ts';
import { createLog } from '../log.ts';
import { openTemplate } from '../prompt/template.ts';
import { findPersona } from './persona.ts';
import { print, printJson } from './print.ts';
import { readHistory, readText } from './read-history.ts';
import { describeBackend } from './running/describe-backend.ts';
import { openBackends } from './running/open-backends.ts';
import { unreachableBackend } from './running/unreachable-backend.ts';

export type PromptOptions = {
  persona?: string;
  history?: string;
  template?: string;
  layout?: Layout;
  messages?: string;
  as?: string;
  json?: boolean;
};

/** Who speaks where neither --as nor the history names anybody. */
const SOMEBODY = 'User';

const messagesSchema = z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(1);

/** Shows the exact prompt that a message would make, and sends nothing to any model. */
export async function prompt(message: string | undefined, options: PromptOptions): Promise<undefined> {
  if ((message === undefined) === (options.messages === undefined)) {
    throw new UsageError('prompt takes either a message or --messages FILE.');
  }
  checkTemplate(options.template);
  const config = loadConfig();
  if (options.messages !== undefined) {
    const messages = await readMessages(options.messages);
    return withBackend(config, 'default', (backend) => showMessages(backend, messages, options));
  }
  const persona = await findPersona(config.places.personas, options.persona ?? config.persona);
  const turns = options.history === undefined ? [] : await readHistory(options.history);
  const request = {
    house: config.house,
    persona,
    turns,
    message: { text: message ?? '', name: options.as ?? turns.find(({ role }) => role === 'user')?.author.name ?? SOMEBODY },
    shared: options.as !== undefined,
    sampling: persona.sampling,
    ...(options.layout !== undefined && { layout: options.layout }),
    ...(options.template !== undefined && { template: options.template }),
  };
  return withBackend(config, persona.backend, async (backend) => {
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
  const messages = messagesSchema.safeParse(value);
  if (messages.success) return messages.data;
  const place = messages.error.issues[0]?.path.join('.') || 'the file';
  throw new UsageError(
    `${file}: ${place} is wrong; expected an array of {"role":"system", "user" or "assistant","content":"..."}.`,
  );
}

async function withBackend(config: Config, name: string, work: (backend: Backend) => Promise<undefined>): Promise<undefined> {
  const standard = await chooseDefaultBackend(config, 'terminal');
  const backends = openBackends(config, standard, createLog(config.logLevel ?? 'error'));
  try {
    const because = name === 'default' ? standard.because : `backends.${name}`;
    await work(await reachable(backends.backend(name), because));
  } finally {
    await backends.close();
  }
}

async function reachable(backend: Backend, because: string): Promise<Backend> {
  const facts = await describeBackend(backend, because);
  if (!(facts instanceof BackendError)) return backend;
  process.stderr.write(`troupe: ${facts.message} Shown as for a server that takes messages, with estimated tokens.\n`);
  return unreachableBackend(backend.name);
}

async function showMessages(backend: Backend, messages: readonly ChatMessage[], options: PromptOptions): Promise<undefined> {
  const { input, model } = await backend.describe();
  const { template, bosToken, eosToken } = model;
  const facts = {
    ...(template !== undefined && { template }),
    ...(bosToken !== undefined && { bosToken }),
    ...(eosToken !== undefined && { eosToken }),
  };
  const name = options.template ?? 'auto';
  const opened = input === 'messages' && name === 'auto' ? undefined : openTemplate(name, facts);
  const text = opened
    ? opened
        .render(messages, { opening: '' })
        .map((piece) => piece.text)
        .join('')
    : null;
  if (!options.json) return print([text ?? JSON.stringify(messages, null, 2)]);
  const { counts } = await backend.countTokens(messages.map(({ content }) => content));
  const segments = messages.map(({ role, content }, index) => ({
    layer: null,
    role,
    name: null,
    text: content,
    tokens: counts[index] ?? 0,
  }));
  const tokens = segments.reduce((sum, segment) => sum + segment.tokens, 0);
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
