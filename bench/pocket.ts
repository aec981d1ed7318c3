import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Backend } from '../src/backends/backend.ts';
import type { House, Language } from '../src/chat.ts';
import { openBackends } from '../src/cli/running/open-backends.ts';
import { chooseDefaultBackend } from '../src/config/default-backend.ts';
import { DEFAULT_SYSTEM } from '../src/config/default-house.ts';
import { type Config, loadConfig } from '../src/config.ts';
import { UsageError } from '../src/errors.ts';
import { silentLog } from '../src/log.ts';
import { loadPersonas } from '../src/personas/load-personas.ts';
import type { Persona } from '../src/personas/persona.ts';
import type { Case, Makings, Study } from './pocket/case.ts';
import { type Corpus, loadCorpus, type Voice } from './pocket/corpus.ts';
import { createDice } from './pocket/dice.ts';
import { describeMachine, describeModelFile } from './pocket/header.ts';
import { LONGEST_END_TOKENS } from './pocket/judge.ts';
import { measure, type Row, rowsMissedBy, withoutTargets } from './pocket/measure.ts';
import { inOtherWords } from './pocket/other-words.ts';
import { createStocks } from './pocket/own-words.ts';
import { createPlayer, type Player } from './pocket/player.ts';
import { mannersStudies } from './pocket/rows-manners.ts';
import { distinctionStudies } from './pocket/rows-members.ts';
import { recallStudies } from './pocket/rows-recall.ts';
import { createSpeech } from './pocket/speech.ts';
import { measureStart } from './pocket/start.ts';
import { exampleLines, type PocketFigures, tableOf } from './pocket/table.ts';

export type PocketOptions = {
  /** instead of the model that ships */
  model?: string | undefined;
  /** few cases, for CI */
  quick: boolean;
  /** failing cases shown of each row */
  examples: number;
  seed: number;
  /** only these studies (`stages` and `start` are two more) */
  only?: readonly string[] | undefined;
};

const ENGLISH = ['rook', 'captain', 'marlow', 'host', 'sunny'];
const KOREAN = 'haru';
/** The voice of personas that are invented on the spot. */
const STRANGER = 'stranger';
/** Every persona with every kind of fact, three times. */
const CASES = 120;
const QUICK_CASES = 24;
const QUICK_STAGE_CASES = 8;
const STARTS = 5;
const QUICK_STARTS = 2;
/** What the earlier stages are asked as well. */
const STAGE_STUDIES = ['recall-1', 'recall-6', 'not-told'];
/** Of 24 cases one is four hundredths: a guard leaves chance that much room. */
const QUICK_MARGIN = 0.1;

/** What Pocket can do, measured through the product's own prompt and engine. `failed` names the rows that CI should stop at. */
export async function benchPocket(options: PocketOptions): Promise<{ figures: PocketFigures; text: string; failed: string[] }> {
  const { quick, examples, seed, only } = options;
  const startedAt = performance.now();
  const machine = describeMachine(); // its load before this one
  const tell = (line: string) => process.stderr.write(`bench: pocket ${line}\n`);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-bench-'));
  const config = configFor(folder, options.model);
  const backends = openBackends(config, await chooseDefaultBackend(config, 'terminal'), { log: silentLog() });
  try {
    const backend = backends.backend('default');
    const count = quick ? QUICK_CASES : CASES;
    const player = createPlayer(backend, seed);
    const { studies, stocks } = await makeStudies(config, player, seed);
    const { rows, failures } = await measure(player, wanted(studies, only), { count, examples, tell, stocks });
    process.stderr.write(exampleLines(failures));
    if (options.model === undefined && (only?.includes('stages') ?? true))
      rows.push(...(await measureStages(config, { count: quick ? QUICK_STAGE_CASES : CASES, seed, tell })));
    const start = only && !only.includes('start') ? null : await measureStart(quick ? QUICK_STARTS : STARTS);
    const header = { ...(await describe(config, backend)), seed, casesPerRow: count, greedy: GREEDY };
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const figures = { header: { ...header, machine, seconds }, rows, start };
    return { figures, text: tableOf(figures), failed: quick ? rowsMissedBy(QUICK_MARGIN, rows) : [] };
  } finally {
    await backends.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The stages that come before Pocket, each through its own layout: some of the same questions, short replies, and no target. */
async function measureStages(config: Config, how: { count: number; seed: number; tell(line: string): void }): Promise<Row[]> {
  const found: Row[] = [];
  for (const stage of ['base', 'instruct']) {
    const file = config.places.pocket.replace(/\.gguf$/, `-${stage}.gguf`);
    const staged = { ...config, places: { ...config.places, pocket: file } };
    const backends = openBackends(staged, await chooseDefaultBackend(staged, 'terminal'), { log: silentLog() });
    try {
      const player = createPlayer(backends.backend('default'), how.seed);
      const { studies, stocks } = await makeStudies(staged, player, how.seed);
      const asked = studies.filter(({ name }) => STAGE_STUDIES.includes(name)).map(forStage);
      const { rows } = await measure(player, asked, { ...how, examples: 0, stocks });
      found.push(...withoutTargets(rows).map((row) => ({ ...row, name: `${stage}: ${row.name}` })));
    } finally {
      await backends.close();
    }
  }
  return found;
}

/** A model that has not learned to end would fill every reply up to the persona's own limit, and each stands in the next prompt. */
export function forStage(study: Study): Study {
  const bounded = (made: Case): Case => {
    const maxTokens = Math.min(made.persona.sampling.maxTokens, LONGEST_END_TOKENS);
    return { ...made, persona: { ...made.persona, sampling: { ...made.persona.sampling, maxTokens } } };
  };
  return { ...study, own: false, cases: async (count) => (await study.cases(count)).map(bounded) };
}

const GREEDY = "each persona's dials at temperature 0";

/** As with no configuration at all: neither a variable nor a file of this machine has a say in the figures. */
function configFor(folder: string, model: string | undefined): Config {
  const config = loadConfig({ variables: {}, folder });
  const pocket = model === undefined ? config.places.pocket : path.resolve(model);
  return { ...config, places: { ...config.places, pocket } };
}

function wanted(studies: readonly Study[], only: readonly string[] | undefined): Study[] {
  const names = [...studies.map(({ name }) => name), 'stages', 'start'];
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`There are no rows '${unknown}'; there are: ${names.join(', ')}.`);
  return studies.filter(({ name }) => only?.includes(name) ?? true);
}

async function describe(config: Config, backend: Backend) {
  const { name: model, sha256: modelHash, bytes: modelBytes, prompts, phrases } = await describeModelFile(config.places.pocket);
  const { contextTokens } = await backend.describe();
  return { model, modelHash, modelBytes, contextTokens, prompts, phrases };
}

async function makeStudies({ house, places }: Config, player: Player, seed: number) {
  const personas = await loadPersonas(places.personas);
  const shipped = (id: string): Persona => {
    const persona = personas.find(id);
    if (!persona) throw new Error(`The persona ${id} no longer ships: the rows of Pocket need another.`);
    return persona;
  };
  const english = ENGLISH.map(shipped);
  const korean = shipped(KOREAN);
  const [en, ko] = await Promise.all([corpusFor('en', english, [STRANGER]), corpusFor('ko', [korean])]);
  const corpora: Record<Language, Corpus> = { en, ko };
  const stocks = createStocks((id) => voiceOf(corpora, id));
  const makings: Makings = {
    english,
    korean,
    houses: { en: house, ko: koreanHouse(house) },
    speech: (language, row) => createSpeech(corpora[language], createDice(seed, `${language}:${row}`)),
    otherWords: (row) => createSpeech(inOtherWords(en), createDice(seed, `other-words:${row}`)),
    stocks,
    tokensAfter: player.tokensAfter,
  };
  return {
    studies: [...recallStudies(makings), ...distinctionStudies(makings), ...mannersStudies(makings)],
    stocks,
  };
}

function voiceOf({ en, ko }: Record<Language, Corpus>, personaId: string): Voice {
  const voice = en.voices[personaId] ?? ko.voices[personaId] ?? en.voices[STRANGER];
  if (!voice) throw new Error(`There are no lines for the persona ${personaId}.`);
  return voice;
}

function corpusFor(language: Language, personas: readonly Persona[], otherVoices: readonly string[] = []): Promise<Corpus> {
  const ownTexts = personas.flatMap(({ name, description, scenario, instructions, greeting, examples }) => [
    ...[name, description, scenario, instructions, greeting, examples],
  ]);
  return loadCorpus(language, { personas: [...personas.map(({ id }) => id), ...otherVoices], ownTexts });
}

/** What an operator has who sets the language to Korean and nothing else. */
function koreanHouse(house: House): House {
  return { ...house, language: 'ko', system: DEFAULT_SYSTEM.ko };
}
