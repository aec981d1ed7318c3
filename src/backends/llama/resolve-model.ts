import { mkdir } from 'node:fs/promises';
import { messageOf, TroupeError } from '../../errors.ts';
import type { Logger } from '../../log.ts';

/** Whether a model is named by an address (hf:user/model:Q4_K_M, https://...) instead of a path. */
export function isModelAddress(model: string): boolean {
  return /^(hf|huggingface|https?):/i.test(model);
}

/**
 * The path of a model's file. An address is downloaded into the directory, unless its file is there already. Throws TroupeError
 * when it cannot be had.
 */
export async function resolveModel(model: string, directory: string, log: Logger): Promise<string> {
  if (!isModelAddress(model)) return model;
  const { resolveModelFile } = await import('node-llama-cpp');
  try {
    await mkdir(directory, { recursive: true });
    return await resolveModelFile(model, {
      directory,
      cli: false,
      onProgress: logProgress(log),
    });
  } catch (error) {
    throw new TroupeError(
      `The model ${model} cannot be downloaded into ${directory} (${messageOf(error)}): check the address and the connection, or name a GGUF file on this machine.`,
      { cause: error },
    );
  }
}

/** A line for each tenth. */
function logProgress(log: Logger) {
  let logged = -1;
  return ({ downloadedSize, totalSize }: { downloadedSize: number; totalSize: number }) => {
    const tenth = totalSize > 0 ? Math.floor((downloadedSize / totalSize) * 10) : 0;
    if (tenth <= logged) return;
    logged = tenth;
    log.info({ downloadedBytes: downloadedSize, totalBytes: totalSize }, `downloading the model: ${tenth * 10} %`);
  };
}
