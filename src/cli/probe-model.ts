import { basename } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { type BackendSettings, backendSettingsSchema } from '../backends/create-backend.ts';
import { inspectModel } from '../backends/llama/gguf/inspect-model.ts';
import { untilAborted } from '../backends/until-aborted.ts';
import { chooseDefaultBackend, type DefaultBackend } from '../config/default-backend.ts';
import { loadConfig } from '../config.ts';
import { TroupeError, UsageError } from '../errors.ts';
import { createLog } from '../log.ts';
import { isAddress } from './model-files.ts';
import { print, printJson } from './print.ts';
import { configurationFor, type Probed } from './probe/configuration.ts';
import { linesOf, type ProbeReport, reportOf } from './probe/describe-probe.ts';
import { ABILITY_NAMES } from './probe/question.ts';
import { runProbe } from './probe/run-probe.ts';
import { verdictOf } from './probe/weigh.ts';
import { announce } from './running/announce.ts';
import { openBackends } from './running/open-backends.ts';
import { followStopSignals } from './running/stop-signals.ts';

export type ProbeOptions = { backend?: string; model?: string; json?: boolean };

/**
 * Asks a model a fixed set of questions and says what it looks like, with the evidence; progress goes to stderr. Throws TroupeError
 * when the backend cannot answer and when it is stopped (exit code 1), UsageError when there is no such backend or file.
 */
export async function probeModel({ backend: asked, model, json = false }: ProbeOptions): Promise<undefined> {
  if (asked !== undefined && model !== undefined) throw new UsageError('probe takes either --backend or --model.');
  const config = loadConfig();
  const standard = model === undefined ? await chooseDefaultBackend(config, 'terminal') : await backendOf(model);
  const backends = openBackends(config, standard, { log: createLog(config.logLevel ?? 'error') });
  const name = asked === undefined || asked === 'default' ? standard.name : asked;
  const settings = name === standard.name ? standard.settings : config.backends[name];
  if (!settings) throw new UsageError(`There is no backend "${name}"; there are ${backends.names.join(', ')}.`);
  const configured = model === undefined ? Object.keys(config.backends) : [];
  const stopping = followStopSignals();
  try {
    const report = await probe(backends.backend(name), { name, settings, configured }, stopping.signal);
    if (json) printJson(report);
    else print(linesOf(report));
  } finally {
    await backends.close();
    stopping.release();
  }
}

async function probe(backend: Backend, probed: Probed, signal: AbortSignal): Promise<ProbeReport> {
  announce([`Opening ${probed.name} ...`]);
  const facts = await untilAborted(() => backend.describe(), signal);
  if (!facts) throw new TroupeError('The probe was stopped before its first question.');
  const evidence = await runProbe(backend, {
    signal,
    onQuestion: ({ question: { ability, language }, number, of }) =>
      announce([`${number}/${of} ${ABILITY_NAMES[ability]} (${language})`]),
  });
  return {
    ...reportOf({ backend: backend.name, facts }, evidence),
    configuration: configurationFor(probed, verdictOf(evidence)),
  };
}

/** A backend for this file or address alone, named after it. */
async function backendOf(model: string): Promise<DefaultBackend> {
  if (!isAddress(model)) await requireModel(model);
  const settings: BackendSettings = backendSettingsSchema.parse({ kind: 'llama', model });
  const name = basename(model).replace(/\.gguf$/i, '');
  return { name, settings, because: '--model', modelFile: model, demo: false };
}

async function requireModel(file: string): Promise<void> {
  try {
    await inspectModel(file);
  } catch (error) {
    throw error instanceof TroupeError ? new UsageError(error.message, { cause: error }) : error;
  }
}
