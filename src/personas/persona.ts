import { z } from 'zod';
import type { Layout, Sampling, Thinking } from '../chat.ts';
import { samplingSchema } from './sampling.ts';

const NAME_AT_MOST = 80; // what a webhook's name may have on Discord

const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(NAME_AT_MOST)
  .regex(/^[^\n\r:：<>|[\]{}]*$/, {
    error: 'expected one line without : < > | [ ] { or }, because the name is written before what is said',
  });

const triggersSchema = z.strictObject({
  mention: z.boolean().default(true).describe('Answer when the bot is mentioned.'),
  reply: z.boolean().default(true).describe('Answer when somebody replies to one of its messages.'),
  name: z.boolean().default(true).describe('Answer when the name of the persona is said.'),
  always: z.boolean().default(false).describe('Answer every message.'),
  chance: z.number().min(0).max(1).default(0).describe('Join in on other messages with this probability, 0 to 1.'),
});

/** A persona as it is written: one YAML file, every key known. The defaults are what holds when neither it nor its parent speaks. */
export const personaSchema = z
  .strictObject({
    name: nameSchema.describe('The name people see and say. {{char}} stands for it everywhere.'),
    extends: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe(
        'Another persona, by file name or name: its fields hold where this file says nothing; sampling and triggers merge key by key.',
      ),
    description: z.string().default('').describe('Who this is, in a sentence or two: shown in lists, and told to the model.'),
    scenario: z.string().default('').describe('Where it takes place and what is going on.'),
    instructions: z
      .string()
      .default('')
      .describe('The custom instructions: voice, habits, limits. {{char}}, {{user}} and {{super}} (the parent’s text) expand.'),
    greeting: z.string().default('').describe('The first thing the persona says in a new session.'),
    examples: z
      .string()
      .default('')
      .describe(
        'Example exchanges that show the voice: blocks that begin with <START>, lines that begin with {{user}}: or {{char}}:.',
      ),
    sampling: samplingSchema.default({}).describe('The dials; the ones left out keep their defaults.'),
    thinking: z
      .enum(['off', 'low', 'full'])
      .default('off')
      .describe('How much a reasoning model may think before it replies; its thoughts are never shown.'),
    template: z
      .string()
      .trim()
      .min(1)
      .default('auto')
      .describe(
        'How roles are written for the model: auto is the model’s own; else chatml, plain, plain:System/Human/AI or a .jinja file.',
      ),
    layout: z
      .enum(['auto', 'chat', 'folded', 'transcript'])
      .default('auto')
      .describe(
        'How the prompt becomes roles: auto follows the model; chat talks in turns, folded is one instruction, transcript plain text.',
      ),
    backend: z.string().trim().min(1).default('default').describe('Which of the configured backends speaks for it.'),
    rating: z.enum(['general', 'mature']).default('general').describe('mature answers only in age-restricted channels.'),
    triggers: triggersSchema.prefault({}).describe('When it answers in a channel; in a direct message it always does.'),
    knowledge: z.array(z.string().min(1)).default([]).describe('Files it may quote from.'),
    avatar: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address of its picture.'),
  })
  .describe('A Troupe persona.');

/** As written: most fields may be left out. */
export type PersonaFile = z.input<typeof personaSchema>;

/** Resolved: inherited from its parents, every default filled in. `{{char}}` and `{{user}}` still stand in its texts. */
export type Persona = {
  /** the file's name without `.yaml` */
  id: string;
  name: string;
  description: string;
  scenario: string;
  instructions: string;
  greeting: string;
  examples: string;
  sampling: Sampling;
  thinking: Thinking;
  template: string;
  layout: 'auto' | Layout;
  backend: string;
  rating: 'general' | 'mature';
  triggers: { mention: boolean; reply: boolean; name: boolean; always: boolean; chance: number };
  knowledge: readonly string[];
  avatar?: string;
  /** of the whole resolved content: the first 16 hex digits of its SHA-256 */
  hash: string;
};
