import type { Llama, LlamaLogLevel } from 'node-llama-cpp';
import { messageOf, TroupeError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import type { LlamaSettings } from '../settings.ts';

export type OpenedLlama = {
  llama: Llama;
  /** The last complaint of llama.cpp, whose own errors only say that something failed. */
  lastComplaint(): string | undefined;
};

/**
 * Loads llama.cpp for the chosen hardware, from a ready-made binary only: nothing is compiled or downloaded. `auto` ends at the
 * CPU; a named GPU that does not work here is an error.
 */
export async function openLlama(settings: LlamaSettings, log: Logger): Promise<OpenedLlama> {
  const { getLlama, LlamaLogLevel: levels } = await import('node-llama-cpp');
  const complaints: string[] = [];
  const logger = (_level: LlamaLogLevel, message: string) => {
    complaints.push(message.trim());
    log.warn({ from: 'llama.cpp' }, message.trim());
  };
  const open = (gpu: 'auto' | 'cuda' | 'vulkan' | 'metal' | false) =>
    getLlama({
      gpu,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      // Once a second instance was made in a process, the library writes what is not an error to stdout, which is not its own.
      logLevel: levels.error,
      logger,
      ...(settings.threads === undefined ? {} : { maxThreads: settings.threads }),
    });
  const llama = await openWithFallback(settings, open, log);
  log.info({ gpu: llama.gpu || 'none' }, llama.gpu ? `llama.cpp runs on ${llama.gpu}` : 'llama.cpp runs on the CPU');
  return { llama, lastComplaint: () => complaints.findLast((line) => !/failed to load model$/i.test(line)) };
}

async function openWithFallback(
  settings: LlamaSettings,
  open: (gpu: 'auto' | 'cuda' | 'vulkan' | 'metal' | false) => Promise<Llama>,
  log: Logger,
): Promise<Llama> {
  const { gpu } = settings;
  try {
    const llama = await open(gpu === 'off' ? false : gpu);
    // Asked for a kind that this platform never has, the library quietly takes another.
    if (gpu === 'auto' || gpu === 'off' || llama.gpu === gpu) return llama;
    await llama.dispose();
  } catch (error) {
    if (gpu === 'off') throw noBinary(error);
    if (gpu !== 'auto') throw noGpu(gpu, error);
    log.warn(`no GPU can be used (${messageOf(error)}): falling back to the CPU`);
    return await open(false).catch((again: unknown) => {
      throw noBinary(again);
    });
  }
  throw noGpu(gpu);
}

function noGpu(gpu: string, cause?: unknown): TroupeError {
  const advice = 'set gpu to auto or off, or install the driver and the package @node-llama-cpp for it';
  return new TroupeError(`llama.cpp cannot use ${gpu} on this machine: ${advice}.`, { cause });
}

function noBinary(cause: unknown): TroupeError {
  const advice = 'run npm install again with optional packages (not on Alpine Linux), or use an OpenAI-compatible server';
  return new TroupeError(`There is no llama.cpp binary for this machine (${messageOf(cause)}): ${advice}.`, { cause });
}
