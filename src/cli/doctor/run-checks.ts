import { inspectModel } from '../../backends/llama/gguf/inspect-model.ts';
import { listGpus } from '../../backends/llama/list-gpus.ts';
import { askApplication } from '../../bot/discord/ask-application.ts';
import { chooseIntents } from '../../bot/discord/intents.ts';
import { chooseDefaultBackend, type DefaultBackend, type Venue } from '../../config/default-backend.ts';
import { type FoundServer, findServers } from '../../config/find-servers.ts';
import type { Config } from '../../config.ts';
import { describeProblem, messageOf, TroupeError } from '../../errors.ts';
import { silentLog } from '../../log.ts';
import { openStore } from '../../memory/open-store.ts';
import { loadPersonas } from '../../personas/load-personas.ts';
import { describeServer } from '../describe-server.ts';
import { isAddress } from '../model-files.ts';
import { lostNames } from '../running/lost-names.ts';
import { openBackends } from '../running/open-backends.ts';
import { checkEngines } from './check-engines.ts';
import { confirmServer } from './confirm-server.ts';

/** `absent` is not needed for what `npm start` would open now; `broken` is, and does not work. */
export type Check = { name: string; status: 'works' | 'absent' | 'broken'; says: string; advice?: string };

const OLDEST_NODE = [24, 15] as const;
const PATIENCE_MS = 3_000;
const MODEL_PATIENCE_MS = 60_000;
const PROBE = 'doctor';

/** Looks at everything, in the order in which an operator would put things right. */
export async function runChecks(config: Config, venue: Venue): Promise<Check[]> {
  const servers = findServers();
  return [
    checkRuntime(process.versions.node),
    ...(await Promise.all([
      attempt('gpu', checkGpu),
      attempt('personas', () => checkPersonas(config)),
      attempt('store', () => checkStore(config.storeUrl)),
      attempt('model', async () => checkModel(config, await chooseDefaultBackend(config, venue, () => servers))),
      attempt('engine', () => checkEngines(config.places.data)),
      attempt('servers', async () => checkServers(await servers)),
      attempt('discord', () => checkDiscord(config)),
    ])),
  ];
}

/** A check that fails as expected errors do is broken, and the error says what to do. */
async function attempt(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    return { name, status: 'broken', says: messageOf(error).replaceAll('\n', '; ') };
  }
}

export function checkRuntime(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isRecent = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const says = `Node ${version}, ${process.platform} ${process.arch}.`;
  if (isRecent) return { name: 'runtime', status: 'works', says };
  return {
    name: 'runtime',
    status: 'broken',
    says,
    advice: `Node ${OLDEST_NODE.join('.')} is needed: start with npm, which brings it.`,
  };
}

async function checkGpu(): Promise<Check> {
  const gpus = await within(PATIENCE_MS, listGpus()).catch(() => []); // no binary of llama.cpp: the model's check tells
  if (gpus.length > 0) return { name: 'gpu', status: 'works', says: `llama.cpp can use ${gpus.join(', ')}.` };
  return { name: 'gpu', status: 'absent', says: 'none that llama.cpp can use here; models in this program run on the CPU.' };
}

async function checkPersonas(config: Config): Promise<Check> {
  const personas = await loadPersonas(config.places.personas);
  const backends = ['default', ...Object.keys(config.backends)];
  const problems = lostNames(config, personas, { defaultPersona: config.persona, backends });
  if (problems.length > 0) {
    return { name: 'personas', status: 'broken', says: problems.map(describeProblem).join('; ') };
  }
  const ids = personas.all().map(({ id }) => id);
  return { name: 'personas', status: 'works', says: `${ids.length}: ${ids.join(', ')}.` };
}

/** Writes, reads and takes back one entry. */
async function checkStore(url: string): Promise<Check> {
  const store = await openStore(url);
  try {
    const claims = store.table('claim');
    const written = String(Date.now());
    await claims.set(PROBE, written);
    const read = await claims.get(PROBE);
    await claims.delete(PROBE);
    if (read === written) return { name: 'store', status: 'works', says: `${url} opens, writes and reads.` };
    return {
      name: 'store',
      status: 'broken',
      says: `${url} gave back something else than was written.`,
      advice: 'Check the disk.',
    };
  } finally {
    await store.close();
  }
}

/** A file is only looked into: loading a large model takes long and much memory. */
async function checkModel(config: Config, standard: DefaultBackend): Promise<Check> {
  const { modelFile, because, fallback, demo } = standard;
  if (modelFile === undefined) return checkBackend(config, standard);
  if (isAddress(modelFile)) {
    return {
      name: 'model',
      status: 'works',
      says: `${modelFile} (${because}); it is downloaded when it is first needed.`,
    };
  }
  const facts = await inspectModel(modelFile);
  const size = `${(facts.parameters / 1e6).toFixed(1)} million parameters`;
  const stage = `${facts.stage} model by its ${facts.stageFrom}`;
  const says = `${facts.name}, ${size}, ${stage}, context ${facts.contextTokens ?? 'unknown'} tokens (${facts.path}; ${because}).`;
  if (!fallback && !demo) return { name: 'model', status: 'works', says };
  return {
    name: 'model',
    status: 'works',
    says: `${says} It is a demonstration: it plays personas, and knows nothing but the conversation.`,
    advice: 'For another model run `npm run setup`, or set LLAMA_MODEL or OPENAI_BASE_URL.',
  };
}

async function checkBackend(config: Config, standard: DefaultBackend): Promise<Check> {
  const backends = openBackends(config, standard, { log: silentLog() });
  try {
    const { model, contextTokens, flavour } = await within(MODEL_PATIENCE_MS, backends.backend('default').describe());
    const says = `${model.name} (${flavour}), ${model.stage} model, context ${contextTokens} tokens (${standard.because}).`;
    const doubt = 'baseUrl' in standard.settings ? await confirmServer(standard.settings, config.readSecret) : undefined;
    return doubt
      ? { name: 'model', status: doubt.status, says: `${says} ${doubt.says}`, advice: doubt.advice }
      : { name: 'model', status: 'works', says };
  } finally {
    await backends.close();
  }
}

async function checkServers(servers: readonly FoundServer[]): Promise<Check> {
  if (servers.length > 0) return { name: 'servers', status: 'works', says: `${servers.map(describeServer).join('; ')}.` };
  return { name: 'servers', status: 'absent', says: 'no model server answers on this machine.' };
}

async function checkDiscord({ discord }: Config): Promise<Check> {
  const { token, apiUrl, intents } = discord;
  if (token === undefined) {
    return {
      name: 'discord',
      status: 'absent',
      says: 'no DISCORD_TOKEN.',
      advice: 'To bring the bot to Discord run `npm run setup`.',
    };
  }
  const application = await within(PATIENCE_MS, askApplication(token, apiUrl));
  const { missing } = chooseIntents(intents, application);
  const says = `the token of ${application.name} is accepted.`;
  return missing.length > 0
    ? { name: 'discord', status: 'works', says, advice: missing.join(' ') }
    : { name: 'discord', status: 'works', says: `${says} It may read every message.` };
}

async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new TroupeError(`No answer came within ${limitMs / 1000} s: check the address and the network.`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
