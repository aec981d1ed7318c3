import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { messageOf, TemplateError } from '../../../errors.ts';
import type { Job, JobAnswer } from './answer-job.ts';
import { ADVICE, type Rendering } from './ladder.ts';

type Limits = {
  /**
   * ms of the thread's own work on one rendering, with some more for every message: what other programs take on a busy machine does
   * not count
   */
  cpuMs: number;
  /** ms of one rendering by the clock, however busy the machine */
  wallMs: number;
  /** MiB of heap */
  heapMb: number;
};

const LIMITS: Limits = { cpuMs: 2000, wallMs: 30_000, heapMb: 128 };
const MORE_MS_A_MESSAGE = 10;
const ASK_AGAIN_MS = 50;

/**
 * A thread for templates, which are programs that may run for ever. It starts with the first rendering, stays for the next ones, never
 * keeps the process alive by itself, and is replaced when it had to be stopped. It renders one conversation after another.
 */
export class RenderThread {
  readonly #limits: Limits;
  #worker: Worker | undefined;
  #spentMs = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Rejects with TemplateError: what the template refused, or the limit that it passed. */
  render(job: Job): Promise<Rendering> {
    const rendering = this.#last.then(() => this.#ask(job));
    this.#last = rendering.catch(() => undefined); // the caller is told; the next rendering begins all the same
    return rendering;
  }

  async #ask(job: Job): Promise<Rendering> {
    const worker = this.#worker ?? this.#start();
    const done = new AbortController();
    worker.ref();
    try {
      const answer = await Promise.race([answerFrom(worker, job, done.signal), this.#watch(worker, job, done.signal)]);
      this.#spentMs = answer.cpuMs;
      if ('rendering' in answer) return answer.rendering;
      throw new TemplateError(answer.refusal);
    } catch (error) {
      if (error instanceof TemplateError) throw error;
      this.#forget(worker);
      throw new TemplateError(`The template ${job.jinja.name} ${this.#reasonFor(error)} ${ADVICE}`, { cause: error });
    } finally {
      done.abort();
      worker.unref();
    }
  }

  #start(): Worker {
    const { heapMb: maxOldGenerationSizeMb } = this.#limits;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb, maxYoungGenerationSizeMb: 16 },
      env: {},
      execArgv: [],
    });
    worker.on('error', () => this.#forget(worker)); // whoever waits for an answer is told by a listener of its own
    worker.on('exit', () => this.#forget(worker));
    this.#worker = worker;
    this.#spentMs = 0;
    return worker;
  }

  #forget(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    void worker.terminate();
  }

  /** Never resolves; rejects when a limit of time is passed. */
  async #watch(worker: Worker, { messages }: Job, signal: AbortSignal): Promise<never> {
    const { wallMs } = this.#limits;
    const cpuMs = this.#limits.cpuMs + messages.length * MORE_MS_A_MESSAGE;
    const end = performance.now() + wallMs;
    let left = cpuMs;
    while (left > 0 && performance.now() < end) {
      await wait(Math.max(left, ASK_AGAIN_MS), undefined, { signal });
      // a thread that has ended has nothing to tell: whoever waits for its answer hears of its end
      const told = worker.cpuUsage().catch(() => undefined);
      const used = await Promise.race([told, wait(Math.max(0, end - performance.now()), undefined, { signal })]);
      left = cpuMs - (used ? (used.user + used.system) / 1000 - this.#spentMs : 0);
    }
    throw new OutOfTimeError(left > 0 ? `${wallMs / 1000} s` : `${(cpuMs / 1000).toFixed(1)} s of work`);
  }

  #reasonFor(error: unknown): string {
    const { heapMb } = this.#limits;
    if (error instanceof OutOfTimeError) return `did not end within ${error.message}: it may run for ever.`;
    const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    if (isMemory) return `took more than ${heapMb} MiB of memory: it may grow without end.`;
    return `cannot be rendered: its thread ended (${messageOf(error)}).`;
  }
}

/** `message`: how much was too long. */
class OutOfTimeError extends Error {}

function answerFrom(worker: Worker, job: Job, signal: AbortSignal): Promise<JobAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<JobAnswer>();
  const ended = (code: number) => reject(new Error(`exit code ${code}`));
  worker.on('message', resolve).on('error', reject).on('exit', ended);
  signal.addEventListener('abort', () => worker.off('message', resolve).off('error', reject).off('exit', ended), {
    once: true,
  });
  worker.postMessage(job);
  return promise;
}
