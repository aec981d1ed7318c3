import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, TroupeError } from '../../errors.ts';
import type { Logger } from '../../log.ts';

/** Whether a model is named by an address (hf:user/model:Q4_K_M, https://...) instead of a path. */
function isModelAddress(model: string): boolean {
  return /^(hf|huggingface|https?):/i.test(model);
}

/** A server that says nothing, and a download that brings nothing, for so long are given up; the library would go on trying. */
const STALL_MS = 30_000;
const WEB_ADDRESS = /^https?:/i;

/** Bytes that have come, and of how many; 0 where the server does not say. */
export type Progress = { downloadedSize: number; totalSize: number };

type Downloads = { directory: string; onProgress(progress: Progress): void; stallMs?: number };

/**
 * The path of a model's file. An address is downloaded into the directory, unless its file is there already. Throws TroupeError
 * when it cannot be had.
 */
export async function resolveModel(model: string, downloads: Downloads): Promise<string> {
  if (!isModelAddress(model)) return model;
  const { directory } = downloads;
  try {
    await mkdir(directory, { recursive: true });
    return (await findDownloaded(model, directory)) ?? (await download(model, downloads));
  } catch (error) {
    const advice = 'check the address and the connection, or name a GGUF file on this machine';
    throw new TroupeError(`The model ${model} cannot be downloaded into ${directory} (${reasonOf(error)}): ${advice}.`, {
      cause: error,
    });
  }
}

/** Where the model of an address lies already; undefined where it has to be downloaded. */
export async function findDownloaded(model: string, directory: string): Promise<string | undefined> {
  const { resolveModelFile } = await import('node-llama-cpp');
  // The library knows by which names it would keep an hf: address, but not so for others.
  const known = WEB_ADDRESS.test(model) ? path.basename(new URL(model).pathname) : model;
  return await resolveModelFile(known, { directory, cli: false, download: false }).catch(() => undefined);
}

async function download(model: string, { directory, onProgress: report, stallMs = STALL_MS }: Downloads): Promise<string> {
  const { resolveModelFile } = await import('node-llama-cpp');
  if (WEB_ADDRESS.test(model)) await requireAnswer(model, stallMs);
  const stopping = new AbortController();
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`nothing came for ${stallMs / 1000} s`));
    stopping.abort();
  }, stallMs);
  let bytes = 0;
  const onProgress = (progress: Progress) => {
    report(progress);
    if (progress.downloadedSize > bytes) timer.refresh();
    bytes = Math.max(bytes, progress.downloadedSize);
  };
  try {
    return await Promise.race([
      resolveModelFile(model, { directory, cli: false, signal: stopping.signal, onProgress }),
      stalled,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asked for a file that nobody serves, the library tries again without end. */
async function requireAnswer(address: string, patienceMs: number): Promise<void> {
  const response = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(patienceMs) });
  const unasked = response.status === 405 || response.status === 501;
  if (!response.ok && !unasked) throw new Error(`the server says ${response.status} ${response.statusText}`.trimEnd());
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? messageOf(error.cause) : messageOf(error);
}

/** A line of the log for each tenth. */
export function logProgress(log: Logger): (progress: Progress) => void {
  let logged = -1;
  return ({ downloadedSize, totalSize }) => {
    const tenth = totalSize > 0 ? Math.floor((downloadedSize / totalSize) * 10) : 0;
    if (tenth > logged)
      log.info({ downloadedBytes: downloadedSize, totalBytes: totalSize }, `downloading the model: ${tenth * 10} %`);
    logged = Math.max(logged, tenth);
  };
}
