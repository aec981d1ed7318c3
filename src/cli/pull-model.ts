import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectModel } from '../backends/llama/gguf/inspect-model.ts';
import { findDownloaded, resolveModel } from '../backends/llama/resolve-model.ts';
import { loadConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { isAddress } from './model-files.ts';
import { print, printJson } from './print.ts';
import { createProgressBar, sizeOf } from './progress-bar.ts';

/** Downloads a model, unless it is there already, and looks whether it is one. What came of a download that breaks off is gone on with. */
export async function pullModel(address: string, { json = false }: { json?: boolean }): Promise<undefined> {
  if (!isAddress(address)) {
    const examples = 'hf:user/model:Q4_K_M or https://host/model.gguf';
    throw new UsageError(
      `"${address}" is no address of a model: write it like ${examples}. A file that is here needs no pull.`,
    );
  }
  const directory = join(loadConfig().places.data, 'models');
  const known = await findDownloaded(address, directory);
  const bar = createProgressBar(process.stderr);
  const path = known ?? (await resolveModel(address, { directory, onProgress: bar.show }).finally(bar.end));
  const { name, quantisation, stage } = await inspectModel(path);
  const { size } = await stat(path);
  if (json) return printJson({ path, name, quantisation, stage, bytes: size, downloaded: known === undefined });
  print([path]);
  process.stderr.write(
    `${known ? 'It was here already' : 'Downloaded'}: ${name}, ${quantisation}, ${sizeOf(size)}, ${stage}. To use it, put LLAMA_MODEL=${address} into .env.\n`,
  );
}
