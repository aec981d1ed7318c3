import { z } from 'zod';
import type { Dial, Sampling } from '../chat.ts';

/** A dial whose value is a number; `stop` is the one dial that holds texts. */
export type NumericDial = Exclude<Dial, 'stop'>;

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

function numberFor(name: NumericDial) {
  const dial = DIALS.find((candidate) => candidate.name === name);
  if (!dial) throw new Error(`The table of dials has no ${name}.`);
  const number = dial.integer ? z.int() : z.number();
  return number.min(dial.min).max(dial.max).optional().describe(dial.describe);
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
  seed: numberFor('seed'),
});

/** Layers as they come from parsed files: a dial that is absent and one that is undefined say the same. */
type SamplingLayer = { readonly [K in Dial]?: Sampling[K] | undefined };

/** All dials set: each from the last layer that sets it, else the default. `stop` is replaced as a whole, like every other dial. */
export function resolveSampling(...layers: readonly SamplingLayer[]): Sampling {
  const set = layers.flatMap((layer) => Object.entries(layer).filter(([, value]) => value !== undefined));
  return { ...DEFAULT_SAMPLING, ...Object.fromEntries(set) };
}
