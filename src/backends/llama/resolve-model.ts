import { mkdir } from 'node:fs/promises';
import { messageOf, TroupeError } from '../../errors.ts';
import type { Logger } from '../../log.ts';

/** Whether a model is named by an address (hf:user/model:Q4_K_M, https://...) instead of a path. */
export function isModelAddress(model: string): boolean {
  return /^(hf|huggingface|https?):/i.test(model);
}

/** A download that brings nothing for so long is given up; the library itself would go on trying. */
const STALL_MS = 30_000;

export type Downloads = { directory: string; log: Logger; stallMs?: number };

/**
 * The path of a model's file. An address is downloaded into the directory, unless its file is there already. Throws TroupeError
 * when it cannot be had.
 */
export async function resolveModel(model: string, { directory, log, stallMs = STALL_MS }: Downloads): Promise<string> {
  if (!isModelAddress(model)) return model;
  const { resolveModelFile } = await import('node-llama-cpp');
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new Error(`nothing came for ${Math.ceil(stallMs / 1000)} s`));
  const timer = setTimeout(giveUp, stallMs);
  const report = logProgress(log);
  const onProgress = (progress: Progress) => {
    if (report(progress)) timer.refresh();
  };
  try {
    await mkdir(directory, { recursive: true });
    return await resolveModelFile(model, { directory, cli: false, signal: stalled.signal, onProgress });
  } catch (error) {
    const reason = messageOf(stalled.signal.aborted ? stalled.signal.reason : error);
    const advice = 'check the address and the connection, or name a GGUF file on this machine';
    throw new TroupeError(`The model ${model} cannot be downloaded into ${directory} (${reason}): ${advice}.`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

type Progress = { downloadedSize: number; totalSize: number };

/** A line for each tenth. Says whether anything came since the last time. */
function logProgress(log: Logger): (progress: Progress) => boolean {
  let bytes = 0;
  let logged = -1;
  return ({ downloadedSize, totalSize }) => {
    const came = downloadedSize > bytes;
    bytes = Math.max(bytes, downloadedSize);
    const tenth = totalSize > 0 ? Math.floor((downloadedSize / totalSize) * 10) : 0;
    if (tenth > logged)
      log.info({ downloadedBytes: downloadedSize, totalBytes: totalSize }, `downloading the model: ${tenth * 10} %`);
    logged = Math.max(logged, tenth);
    return came;
  };
}
