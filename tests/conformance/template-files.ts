import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, UsageError } from '../../src/errors.ts';
import type { JinjaSource } from '../../src/prompt/templates/jinja/render-text.ts';

const tokenSchema = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);
/** tokenizer_config.json as Hugging Face publishes it; a template alone, or several with names. */
const tokenizerSchema = z.object({
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]),
  bos_token: tokenSchema.nullish(),
  eos_token: tokenSchema.nullish(),
  additional_special_tokens: z.array(tokenSchema).nullish(),
});

/** Templates of one file, or why there are none. */
export type TemplateFile = { name: string } & (
  | { templates: readonly JinjaSource[] }
  | { broken: string }
  | { skipped: string }
);

/** Every .jinja and .json file of a folder and what lies in it, by name. Throws UsageError for what is no such folder. */
export async function readTemplateFiles(folder: string): Promise<TemplateFile[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new UsageError(`${folder} is no folder of templates (${messageOf(error)}).`, { cause: error });
  });
  const wanted = names.filter((name) => /\.(jinja2?|json)$/i.test(name)).sort();
  if (wanted.length === 0) throw new UsageError(`There is no .jinja and no .json file in ${folder}.`);
  return Promise.all(wanted.map((name) => readTemplateFile(name, path.join(folder, name))));
}

async function readTemplateFile(name: string, file: string): Promise<TemplateFile> {
  const text = await readFile(file, 'utf8').catch(messageAsError);
  if (text instanceof Error) return { name, broken: text.message };
  // Templates get the tokens that most of them expect where no tokenizer names them.
  if (!name.toLowerCase().endsWith('.json'))
    return { name, templates: [{ name, source: text, bosToken: '<s>', eosToken: '</s>' }] };
  const parsed = parseJson(text);
  if (parsed instanceof Error) return { name, broken: `is no JSON (${parsed.message})` };
  const config = tokenizerSchema.safeParse(parsed.value);
  if (!config.success) return { name, skipped: 'has no chat_template' };
  const { chat_template: template, bos_token, eos_token, additional_special_tokens } = config.data;
  const tokens = {
    bosToken: bos_token ?? '',
    eosToken: eos_token ?? '',
    ...(additional_special_tokens && { specialTokens: additional_special_tokens }),
  };
  const sources = typeof template === 'string' ? [{ name: '', template }] : template;
  return {
    name,
    templates: sources.map((source) => ({
      ...tokens,
      name: name + (source.name && `#${source.name}`),
      source: source.template,
    })),
  };
}

function messageAsError(error: unknown): Error {
  return new Error(messageOf(error));
}

function parseJson(text: string): { value: unknown } | Error {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return messageAsError(error);
  }
}
