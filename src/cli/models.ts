import { inspectModel, type ModelFacts } from '../backends/llama/gguf/inspect-model.ts';
import { findServers } from '../config/find-servers.ts';
import { type Config, loadConfig } from '../config.ts';
import { ConfigError, TroupeError, UsageError } from '../errors.ts';
import { checkTemplate, describeChecks } from '../prompt/templates/jinja/check-template.ts';
import { describeServer } from './describe-server.ts';
import { findModelFiles, isAddress, type ModelFile } from './model-files.ts';
import { print, printJson } from './print.ts';

type Format = { json?: boolean };

/** The width of what stands before a fact. */
const LABEL = 16;

/** Model files, configured backends and the model servers of this machine. */
export async function listModels({ json = false }: Format): Promise<undefined> {
  const config = loadConfig();
  const [files, servers] = await Promise.all([findModelFiles(config), findServers()]);
  if (json) return printJson({ files: files.map(plain), backends: config.backends, servers });
  print([
    'Files:',
    ...files.map((file) => `  ${file.path}: ${'facts' in file ? summary(file.facts) : file.problem}`),
    'Backends of troupe.yaml:',
    ...orNone(
      Object.entries(config.backends).map(
        ([name, { kind, model }]) => `  ${name}: ${kind}, ${model ?? 'the model its server has'}`,
      ),
    ),
    'Model servers on this machine:',
    ...orNone(servers.map((server) => `  ${describeServer(server)}`)),
  ]);
}

/** What a model file says of itself; without one, the file that would answer. */
export async function inspectModelFile(file: string | undefined, { json = false }: Format): Promise<undefined> {
  const facts = file === undefined ? await inspectConfigured(loadConfig()) : await inspectNamed(file);
  const { template: source, bosToken, eosToken } = facts;
  const templateShapes = source === undefined ? [] : await checkTemplate({ name: 'of the model', source, bosToken, eosToken });
  if (json) return printJson({ ...facts, templateShapes });
  const shown = { ...facts, templateShapes: describeChecks(templateShapes).join(`\n${' '.repeat(LABEL)}`) };
  const lines = Object.entries(shown).filter(([, value]) => value !== undefined && String(value) !== '');
  print(lines.map(([name, value]) => `${`${name}:`.padEnd(LABEL)}${String(value)}`));
}

async function inspectNamed(file: string): Promise<ModelFacts> {
  try {
    return await inspectModel(file);
  } catch (error) {
    throw error instanceof TroupeError ? new UsageError(error.message, { cause: error }) : error;
  }
}

async function inspectConfigured({ model, places }: Config): Promise<ModelFacts> {
  if (model.llama !== undefined && isAddress(model.llama)) {
    throw new UsageError(`LLAMA_MODEL is the address ${model.llama}: name the file that was downloaded, in ${places.data}.`);
  }
  try {
    return await inspectModel(model.llama ?? places.pocket);
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    throw new ConfigError([{ file: model.llama === undefined ? 'models' : 'LLAMA_MODEL', message: error.message }], {
      cause: error,
    });
  }
}

function plain(file: ModelFile): object {
  if (!('facts' in file)) return file;
  const { template, controlTexts, ...facts } = file.facts;
  return { ...facts, hasTemplate: template !== undefined };
}

function summary({ name, parameters, quantisation, sizeBytes, contextTokens, stage, stageFrom }: ModelFacts): string {
  const size = `${(sizeBytes / 2 ** 20).toFixed(1)} MiB`;
  return `${name}, ${(parameters / 1e6).toFixed(1)} million weights as ${quantisation}, ${size}, ${stage} (by its ${stageFrom}), context ${contextTokens ?? 'unknown'}`;
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : ['  none'];
}
