import { existsSync, readFileSync } from 'node:fs';
import { isScalar, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { backendSettingsSchema } from '../backends/create-backend.ts';
import type { House } from '../chat.ts';
import { type Problem, reasonOf } from '../errors.ts';
import { checkYaml } from '../personas/read-yaml.ts';
import { DEFAULT_SYSTEM } from './default-house.ts';

const idListSchema = z.array(z.string().regex(/^\d{15,20}$/, 'expected an id of Discord, 15 to 20 digits'));
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const houseSchema = z
  .strictObject({
    system: z
      .string()
      .optional()
      .describe('The system instructions, which stand before every persona. Left out, a short text of ours.'),
    sealed: z.array(z.string()).default([]).describe('What no persona may override.'),
    language: z.enum(['en', 'ko']).default('en').describe('The language in which the program itself speaks to people.'),
  })
  .prefault({});

const channelSchema = z.strictObject({
  persona: z.string().min(1).optional().describe('Who answers here until /persona set says otherwise.'),
  always: z.boolean().optional().describe('Answer every message here.'),
});

const backendsSchema = z.record(z.string(), backendSettingsSchema).superRefine((backends, context) => {
  for (const [name, settings] of Object.entries(backends)) {
    if (!('apiKeyEnv' in settings) || VARIABLE_NAME.test(settings.apiKeyEnv)) continue;
    const message = 'expected the name of an environment variable; a key itself never stands in this file';
    context.addIssue({ code: 'custom', path: [name, 'apiKeyEnv'], message });
  }
});

const channelsSchema = z.record(z.string(), channelSchema).superRefine((channels, context) => {
  for (const id of Object.keys(channels).filter((key) => !/^(\d{15,20}|terminal)$/.test(key))) {
    context.addIssue({
      code: 'custom',
      path: [id],
      message: 'expected as key the id of a Discord channel (15 to 20 digits) or terminal',
    });
  }
});

const limitsSchema = z.strictObject({
  waitingPerChannel: z
    .int()
    .min(0)
    .max(100)
    .default(32)
    .describe('How many messages may wait in a channel while one is answered.'),
});

const discordSchema = z.strictObject({
  intents: z
    .enum(['auto', 'mentions', 'all'])
    .default('auto')
    .describe(
      'Whether to read every message: auto asks Discord what the application may do, mentions never does, all always does.',
    ),
  allow: idListSchema.optional().describe('Only these servers, categories, channels, roles and members are heard.'),
  deny: idListSchema.default([]).describe('These are never heard; this goes before allow.'),
});

const settingsSchema = z.strictObject({
  house: houseSchema,
  backends: backendsSchema.default({}),
  channels: channelsSchema.default({}),
  limits: limitsSchema.prefault({}),
  discord: discordSchema.prefault({}),
});

/** troupe.yaml with every default filled in. */
export type SettingsFile = Omit<z.infer<typeof settingsSchema>, 'house'> & { house: House };

export type ReadSettings = { value: SettingsFile | undefined; problems: readonly Problem[] };

/** Reads troupe.yaml; one that is not there holds nothing but defaults, unless it is `required`. `shown` is its name in problems. */
export function readSettingsFile(file: string, { shown, required }: { shown: string; required: boolean }): ReadSettings {
  if (!existsSync(file)) {
    const message = 'there is no such file: TROUPE_CONFIG names it.';
    return required ? { value: undefined, problems: [{ file: shown, message }] } : { value: withDefaults({}), problems: [] };
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { value: undefined, problems: [{ file: shown, message: `cannot be read: ${reasonOf(error)}` }] };
  }
  const { value, problems } = checkYaml(prepare(text), shown, settingsSchema);
  return value === undefined
    ? { value: undefined, problems: problems.map(explainSecret).toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)) }
    : { value: withDefaults(value), problems: [] };
}

/** The line where a path of troupe.yaml is written, as the file is now. */
export function lineInSettings(file: string, place: readonly string[]): number | undefined {
  try {
    return checkYaml(prepare(readFileSync(file, 'utf8')), file, settingsSchema).lineOf(place);
  } catch {
    return undefined; // no such file (any more): then it has no lines either
  }
}

function withDefaults(value: z.input<typeof settingsSchema>): SettingsFile {
  const settings = settingsSchema.parse(value);
  const { house } = settings;
  return { ...settings, house: { ...house, system: house.system ?? DEFAULT_SYSTEM[house.language] } };
}

/**
 * Discord's ids are larger than a number in JavaScript can hold exactly, so bare ones are put in quotes; the lines stay as they are.
 * A file of comments only is an empty map.
 */
function prepare(text: string): string {
  const document = parseDocument(text);
  if (document.errors.length === 0 && document.contents === null) return '{}';
  const places: [number, number][] = [];
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && node.range && Number.isInteger(node.value) && !Number.isSafeInteger(node.value)) {
        places.push([node.range[0], node.range[1]]);
      }
    },
  });
  return places.reduceRight(
    (whole, [start, end]) => `${whole.slice(0, start)}"${whole.slice(start, end)}"${whole.slice(end)}`,
    text,
  );
}

/** An unknown key that looks like a secret gets a better answer than the nearest known key. */
function explainSecret(problem: Problem): Problem {
  const key = problem.path?.split('.').at(-1) ?? '';
  if (key === 'apiKeyEnv') return { ...problem, message: problem.message.replace(/, found .*$/, '') }; // it may be the key itself
  if (!/^(api[-_]?key|.*token|.*password|.*secret)$/i.test(key) || !problem.message.includes('unknown key')) return problem;
  const message =
    'secrets are never in this file: put it into the environment or .env, and for a backend name its variable with apiKeyEnv';
  return { ...problem, message };
}
