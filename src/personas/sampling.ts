import { z } from 'zod';
import type { Dial, Sampling } from '../chat.ts';

/** A dial whose value is a number. */
export type NumericDial = { [Name in Dial]-?: NonNullable<Sampling[Name]> extends number ? Name : never }[Dial];
/** A dial whose value has keys of its own, so that it is set in a persona's file; `stop` is the one that holds a list. */
export type KeyedDial = Exclude<Dial, NumericDial | 'stop'>;

type DialRange = {
  name: NumericDial;
  /** smallest and largest value that is taken, both included */
  min: number;
  max: number;
  /** the smallest change worth offering in a form */
  step?: number;
  integer: boolean;
  /** what it does, in one sentence that people see */
  describe: string;
};

/** Every numeric dial with its range: the persona schema and `/tune` both read it. */
export const DIALS: readonly DialRange[] = [
  {
    name: 'temperature',
    min: 0,
    max: 2,
    step: 0.05,
    integer: false,
    describe: 'How freely the next word is chosen: 0 always takes the likeliest, higher is more surprising.',
  },
  {
    name: 'maxTokens',
    min: 1,
    max: 16_384,
    step: 1,
    integer: true,
    describe: 'Longest reply in tokens of visible text; reasoning is not counted.',
  },
  {
    name: 'topP',
    min: 0,
    max: 1,
    step: 0.01,
    integer: false,
    describe: 'Choose among the likeliest words that together make this share of the probability; 1 is off.',
  },
  { name: 'topK', min: 0, max: 1000, step: 1, integer: true, describe: 'Choose among this many likeliest words; 0 is off.' },
  {
    name: 'minP',
    min: 0,
    max: 1,
    step: 0.01,
    integer: false,
    describe: 'Leave out words less likely than this share of the likeliest one; 0 is off.',
  },
  {
    name: 'repeatPenalty',
    min: 0.5,
    max: 2,
    step: 0.05,
    integer: false,
    describe: 'Divides the odds of words the reply already holds; 1 is off.',
  },
  {
    name: 'frequencyPenalty',
    min: -2,
    max: 2,
    step: 0.1,
    integer: false,
    describe: 'Lowers a word a little more each time the reply has used it; 0 is off.',
  },
  {
    name: 'presencePenalty',
    min: -2,
    max: 2,
    step: 0.1,
    integer: false,
    describe: 'Lowers every word the reply has used at all; 0 is off.',
  },
  {
    name: 'seed',
    min: 0,
    max: 2_147_483_647,
    step: 1,
    integer: true,
    describe: 'Fixes the dice for every reply; left out, each reply draws its own.',
  },
];

/** Every dial with keys of its own: what it does, in one sentence that people see. */
export const KEYED_DIALS: readonly { name: KeyedDial; describe: string }[] = [
  { name: 'dry', describe: 'Lowers words that would go on with a repetition, the more the longer it is; multiplier 0 is off.' },
  { name: 'xtc', describe: 'Leaves out the likeliest words now and then, where others are likely too; probability 0 is off.' },
  { name: 'logitBias', describe: 'Makes the tokens of a text more or less likely; false: they are never said.' },
];

/** What holds where neither a persona nor a channel says otherwise: only dials that every backend can honour are away from "off". */
export const DEFAULT_SAMPLING: Sampling = {
  temperature: 0.8,
  maxTokens: 300,
  topP: 0.95,
  topK: 0,
  minP: 0,
  repeatPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  stop: [],
};

const STOPS_AT_MOST = 16;
const BREAKERS_AT_MOST = 16;
/** llama.cpp cuts a longer one. */
const BREAKER_BYTES_AT_MOST = 40;

const breakerSchema = z
  .string()
  .min(1)
  .refine(
    (text) => Buffer.byteLength(text) <= BREAKER_BYTES_AT_MOST,
    `expected at most ${BREAKER_BYTES_AT_MOST} bytes of UTF-8`,
  );

const drySchema = z.strictObject({
  multiplier: z.number().min(0).max(5).default(0).describe('How strong it is; 0 is off, 0.8 is usual.'),
  base: z.number().min(1).max(4).default(1.75).describe('How much stronger it gets with each further token of a repetition.'),
  allowedLength: z.int().min(1).max(50).default(2).describe('Tokens that may be repeated for nothing.'),
  range: z.int().min(0).max(16_384).default(0).describe('Tokens of the reply that it looks back over; 0 is all of it.'),
  breakers: z
    .array(breakerSchema)
    .min(1)
    .max(BREAKERS_AT_MOST)
    .default(['\n', ':', '"', '*'])
    .describe('Texts across which no repetition goes on.'),
});

const xtcSchema = z.strictObject({
  probability: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('How often the likeliest words are left out; 0 is off, 0.5 is usual.'),
  threshold: z.number().min(0).max(0.5).default(0.1).describe('Words at least so likely go, but for the least likely of them.'),
});

const logitBiasSchema = z
  .record(z.string(), z.union([z.number().min(-100).max(100), z.literal(false)]))
  .refine((biases) => !('' in biases), 'has a text without a character: a bias is for the tokens of a text');

function numberFor(name: NumericDial) {
  const dial = DIALS.find((candidate) => candidate.name === name);
  if (!dial) throw new Error(`The table of dials has no ${name}.`);
  const number = dial.integer ? z.int() : z.number();
  return number.min(dial.min).max(dial.max).optional().describe(dial.describe);
}

function describeKeyed(name: KeyedDial): string {
  const dial = KEYED_DIALS.find((candidate) => candidate.name === name);
  if (!dial) throw new Error(`The table of dials has no ${name}.`);
  return dial.describe;
}

/** The dials as a file or a channel sets them: any of them, nothing else. */
export const samplingSchema = z.strictObject({
  temperature: numberFor('temperature'),
  maxTokens: numberFor('maxTokens'),
  topP: numberFor('topP'),
  topK: numberFor('topK'),
  minP: numberFor('minP'),
  repeatPenalty: numberFor('repeatPenalty'),
  frequencyPenalty: numberFor('frequencyPenalty'),
  presencePenalty: numberFor('presencePenalty'),
  stop: z
    .array(z.string().min(1))
    .max(STOPS_AT_MOST)
    .optional()
    .describe('Texts that end the reply and are not shown; {{char}} and {{user}} may stand in them.'),
  dry: drySchema.optional().describe(describeKeyed('dry')),
  xtc: xtcSchema.optional().describe(describeKeyed('xtc')),
  logitBias: logitBiasSchema.optional().describe(describeKeyed('logitBias')),
  seed: numberFor('seed'),
});

/** Layers as they come from parsed files: a dial that is absent and one that is undefined say the same. */
type SamplingLayer = { readonly [K in Dial]?: Sampling[K] | undefined };

/** All dials set: each from the last layer that sets it, else the default. */
export function resolveSampling(...layers: readonly SamplingLayer[]): Sampling {
  return layers.reduce<Sampling>((below, layer) => layOver(below, layer), DEFAULT_SAMPLING);
}

/** One layer over another: a dial with keys of its own merges key by key, every other one, `stop` too, is replaced as a whole. */
export function layOver<Below extends object>(below: Below, above: object): Below {
  const laid: Record<string, unknown> = Object.fromEntries(Object.entries(below));
  for (const [dial, value] of Object.entries(above)) {
    const under = laid[dial];
    if (value !== undefined) laid[dial] = hasKeys(under) && hasKeys(value) ? { ...under, ...value } : value;
  }
  return laid as Below; // a layer has no other dials
}

/** The dials that do something else than they do where nobody sets them. */
export function turnedDials(sampling: Sampling): Dial[] {
  const { dry, xtc, logitBias, ...plain } = sampling;
  const standard: Readonly<Record<string, unknown>> = DEFAULT_SAMPLING;
  const isTurned = ([dial, value]: [string, unknown]) =>
    value !== undefined && JSON.stringify(value) !== JSON.stringify(standard[dial]);
  return [
    ...(Object.entries(plain).filter(isTurned) as [Dial, unknown][]).map(([dial]) => dial),
    ...(dry && dry.multiplier > 0 ? (['dry'] as const) : []),
    ...(xtc && xtc.probability > 0 ? (['xtc'] as const) : []),
    ...(Object.values(logitBias ?? {}).some((bias) => bias !== 0) ? (['logitBias'] as const) : []),
  ];
}

function hasKeys(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
