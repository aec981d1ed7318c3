import type { Backend, TokenOdds } from '../backends/backend.ts';
import { preparePrompt } from '../bot/prepare-prompt.ts';
import { createTokenCounter } from '../bot/token-counter.ts';
import type { Piece, Sampling } from '../chat.ts';
import { BackendError, TroupeError, UsageError } from '../errors.ts';
import { DIALS, type NumericDial, resolveSampling } from '../personas/sampling.ts';
import { describeOdds } from './peek/describe-odds.ts';
import { counted, print, printJson } from './print.ts';
import { readConfiguration, readScene, withBackend } from './read-scene.ts';
import { describeBackend } from './running/describe-backend.ts';

type PeekOptions = {
  persona?: string;
  history?: string;
  raw?: boolean;
  top?: string;
  temperature?: string;
  topP?: string;
  topK?: string;
  minP?: string;
  json?: boolean;
};

const SHOWN_BY_ITSELF = 10;

/** The dials that the command line may turn, by their flags. */
const FLAGS = { temperature: '--temperature', topP: '--top-p', topK: '--top-k', minP: '--min-p' } as const;

/** Shows what a model would say next: its logits, their softmax, and what the persona's sampling makes of that. */
export async function peek(text: string, options: PeekOptions): Promise<undefined> {
  checkWords(text, options);
  const top = readTop(options.top);
  const turned = readDials(options);
  const configured = await readConfiguration();
  const scene = await readScene(configured, { ...options, message: text });
  const sampling = resolveSampling(scene.persona.sampling, turned);
  return withBackend(configured, scene.persona.backend, async (backend, because) => {
    const look = lookerOf(backend);
    const facts = await describeBackend(backend, because);
    if (facts instanceof BackendError) throw facts;
    const prepare = async () => preparePrompt(backend, createTokenCounter(), { ...scene, sampling });
    const pieces = options.raw ? [{ text, control: false }] : piecesOf(backend, await prepare());
    const odds = await look({ pieces, sampling, top }, new AbortController().signal);
    if (options.json) return printOdds(odds);
    const subject = options.raw ? 'the text as it is' : `the prompt of ${scene.persona.name}`;
    print(describeOdds(odds, { subject, sampling, model: facts.model.name, top }));
  });
}

/** The words of a command are checked before anything is opened. */
function checkWords(text: string, { raw, history }: PeekOptions): void {
  if (text === '' || (!raw && text.trim() === '')) {
    throw new UsageError('The text is blank: peek takes what somebody says, or with --raw a text to go on with.');
  }
  if (raw && history !== undefined) {
    throw new UsageError('--raw takes the text as it is, without a prompt, and cannot be given together with --history.');
  }
}

function readTop(written: string | undefined): number {
  if (written === undefined) return SHOWN_BY_ITSELF;
  if (/^\d{1,9}$/.test(written)) return Number(written);
  throw new UsageError(`--top takes a whole number of tokens, 0 for all of them; ${JSON.stringify(written)} is none.`);
}

function readDials(options: PeekOptions): Partial<Sampling> {
  const turned = (Object.keys(FLAGS) as (keyof typeof FLAGS)[]).flatMap((dial): [NumericDial, number][] => {
    const written = options[dial];
    return written === undefined ? [] : [[dial, readDial(dial, written)]];
  });
  return Object.fromEntries(turned);
}

function readDial(name: keyof typeof FLAGS, written: string): number {
  const dial = DIALS.find((candidate) => candidate.name === name);
  if (!dial) throw new Error(`The table of dials has no ${name}.`);
  const value = written.trim() === '' ? Number.NaN : Number(written);
  const takes = `${FLAGS[name]} takes ${dial.integer ? 'a whole number' : 'a number'} from ${dial.min} to ${dial.max}`;
  if (!Number.isFinite(value) || (dial.integer && !Number.isInteger(value))) {
    throw new UsageError(`${takes}; ${JSON.stringify(written)} is none.`);
  }
  if (value < dial.min || value > dial.max) throw new UsageError(`${takes}; ${written} is outside of that.`);
  return value;
}

/** Throws TroupeError where a backend does not tell its odds. */
function lookerOf(backend: Backend): NonNullable<Backend['peek']> {
  const { name, peek: look } = backend;
  if (look) return look;
  throw new TroupeError(
    `The backend ${name} cannot show its odds: model servers do not tell them. A model inside the program can: give the persona a backend ` +
      'of the kind llama (docs/backends.md), or leave OPENAI_BASE_URL and OPENAI_API_KEY out and set LLAMA_MODEL to a GGUF file.',
  );
}

function piecesOf({ name }: Backend, { rendered }: Awaited<ReturnType<typeof preparePrompt>>): readonly Piece[] {
  if (rendered.input === 'pieces') return rendered.pieces;
  throw new TroupeError(`The backend ${name} takes messages and not a prompt, so that there are no odds of its prompt's end.`);
}

/** In JSON minus infinity is null: what a model rules out is said on stderr as well. */
function printOdds({ promptTokens, raw, shaped, entropyBits, counts }: TokenOdds): undefined {
  if (counts.ruledOut > 0) {
    process.stderr.write(
      `troupe: the model itself rules ${counted(counts.ruledOut, 'token')} out: the logit is minus infinity, null here.\n`,
    );
  }
  return printJson({
    promptTokens,
    raw: raw.map(({ token, text, logit, p }) => ({ token, text, logit, p })),
    shaped: shaped.map(({ token, text, shapedP }) => ({ token, text, p: shapedP })),
    entropyBits,
  });
}
