import { readFileSync } from 'node:fs';
import type { ChatMessage, Layout, Piece, Thinking } from '../chat.ts';
import { reasonOf, TemplateError } from '../errors.ts';
import { jinjaTemplate } from './templates/jinja.ts';
import { namedTemplates } from './templates/named-templates.ts';
import { plainTemplate } from './templates/plain.ts';
import { transcriptTemplate } from './templates/transcript.ts';

export type RenderSettings = {
  /** what the persona's line begins with; written after the template's own opening of the assistant's turn */
  opening: string;
  /** told to templates that can switch reasoning; off when left out */
  thinking?: Thinking;
  /** ms since the epoch, for templates that tell the model the date; pass a time that belongs to the session, or its prompts change */
  now?: number;
};

/** How roles are written for a model. */
export type Template = {
  readonly name: string;
  /** texts that end the reply, where the model does not end it by itself */
  readonly stop: readonly string[];
  /** The prompt, ending where the reply begins. Rejects with TemplateError when the template cannot show the messages. */
  render(messages: readonly ChatMessage[], settings: RenderSettings): Promise<readonly Piece[]>;
  /** Like `render`, with what it could not show as the conversation has it, one line each; missing where that can never be. */
  explain?(messages: readonly ChatMessage[], settings: RenderSettings): Promise<Explained>;
};

type Explained = { pieces: readonly Piece[]; changes: readonly string[] };

type ModelFacts = {
  /** the model's own Jinja template */
  template?: string;
  bosToken?: string;
  eosToken?: string;
  /** a transcript needs no roles: `auto` then writes plain text */
  layout?: Layout;
};

/**
 * The template of that name. `auto` is the model's own, or ChatML when it has none; a name that ends in `.jinja` is a file.
 * Throws TemplateError for an unknown name and for a template that does not parse. Only operators may choose templates: a Jinja
 * template is a program and can run for ever.
 */
export function openTemplate(name: string, facts: ModelFacts = {}): Template {
  if (name === 'auto') return openModelTemplate(facts);
  const named = namedTemplates.get(name);
  if (named) return named;
  if (name.startsWith('plain:')) return openPlain(name);
  if (name.toLowerCase().endsWith('.jinja')) return jinjaTemplate({ ...facts, name, source: readTemplate(name) });
  const names = ['auto', ...namedTemplates.keys(), 'plain:SYSTEM/USER/ASSISTANT'];
  throw new TemplateError(`There is no template "${name}": there are ${names.join(', ')}, or the path of a .jinja file.`);
}

/** The prompt and what the template had to change for it. Rejects as `render` does. */
export async function explainRender(
  template: Template,
  messages: readonly ChatMessage[],
  settings: RenderSettings,
): Promise<Explained> {
  return template.explain?.(messages, settings) ?? { pieces: await template.render(messages, settings), changes: [] };
}

function openModelTemplate(facts: ModelFacts): Template {
  if (facts.layout === 'transcript') return transcriptTemplate;
  if (facts.template === undefined || facts.template.trim() === '') return openTemplate('chatml');
  return jinjaTemplate({ ...facts, name: 'auto', source: facts.template });
}

function openPlain(name: string): Template {
  const [system, user, assistant, ...more] = name.slice('plain:'.length).split('/');
  if (!system?.trim() || !user?.trim() || !assistant?.trim() || more.length > 0) {
    throw new TemplateError(`"${name}" does not name three roles: write it like plain:System/Human/AI.`);
  }
  return plainTemplate({ system: system.trim(), user: user.trim(), assistant: assistant.trim() });
}

function readTemplate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TemplateError(`The template ${path} cannot be read (${reasonOf(error)}).`, { cause: error });
  }
}
