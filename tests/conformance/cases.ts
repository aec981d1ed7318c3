import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ChatMessage } from '../../src/chat.ts';
import { TemplateError } from '../../src/errors.ts';
import { describeRung } from '../../src/prompt/templates/jinja/check-template.ts';
import { type JinjaTemplate, jinjaTemplate } from '../../src/prompt/templates/jinja.ts';
import { failed, type Outcome, passed } from './outcome.ts';

/** chat-template-cases.json: templates with one conversation and what llama.cpp makes of it, taken from its tests. */
const casesSchema = z.object({
  conversation: z.array(z.tuple([z.enum(['system', 'user', 'assistant']), z.string()])),
  cases: z.array(
    z.object({
      name: z.string(),
      template: z.string(),
      /** by the hard-coded templates of llama.cpp */
      expected: z.string(),
      /** by its Jinja, where that is another text */
      expected_jinja: z.string().optional(),
      bos: z.string().optional(),
      eos: z.string().optional(),
    }),
  ),
});
type Case = z.infer<typeof casesSchema>['cases'][number];

/** The cases that are not rendered byte for byte from what they hold, each with its reason. */
const ON_PURPOSE: Readonly<Record<string, { reason: string; bosToken: string; specialTokens: readonly string[] }>> = {
  'ai-sage/GigaChat-20B-A3B-instruct': {
    reason:
      'refused as it is, as llama.cpp’s Jinja does: it wants additional_special_tokens, which no model file holds; with those of its tokenizer it is the expected text',
    bosToken: '<s>',
    specialTokens: ['<|role_sep|>', '<|message_sep|>', '[', ']'],
  },
};

/** Renders every case of the file. Rejects when the file cannot be read or is no such file. */
export async function runCases(file: string): Promise<Outcome[]> {
  const { conversation, cases } = casesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const messages = conversation.map(([role, content]) => ({ role, content }));
  const outcomes: Outcome[] = [];
  for (const each of cases) outcomes.push(await runCase(each, messages));
  return outcomes;
}

async function runCase({ name, ...given }: Case, messages: readonly ChatMessage[]): Promise<Outcome> {
  const expected = given.expected_jinja || given.expected;
  const jinja = { name: 'of the case', source: given.template, bosToken: given.bos, eosToken: given.eos };
  const written = await write(jinjaTemplate(jinja), messages);
  const exception = ON_PURPOSE[name];
  if (!exception) return compare(name, written, expected);
  const { bosToken, specialTokens, reason } = exception;
  if (!(written instanceof TemplateError)) return failed(name, `was rendered, and not to be: ${reason}`);
  const whole = compare(name, await write(jinjaTemplate({ ...jinja, bosToken, specialTokens }), messages), expected);
  return whole.passed ? passed(name, `on purpose: ${reason}`) : whole;
}

type Written = { text: string; how: string } | TemplateError;

async function write(template: JinjaTemplate, messages: readonly ChatMessage[]): Promise<Written> {
  try {
    const rendering = await template.explain(messages, { opening: '', now: 0 });
    return { text: rendering.pieces.map(({ text }) => text).join(''), how: describeRung(rendering) };
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

const SHOWN = 40;

function compare(name: string, written: Written, expected: string): Outcome {
  if (written instanceof TemplateError) return failed(name, written.message);
  const { text, how } = written;
  if (text === expected) return passed(name, how);
  let at = 0;
  while (text[at] === expected[at]) at += 1;
  const around = (whole: string) => JSON.stringify(whole.slice(Math.max(0, at - SHOWN), at + SHOWN));
  return failed(name, `differs at character ${at}: expected ${around(expected)}, made ${around(text)}`);
}
