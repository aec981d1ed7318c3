import { messageOf } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import { EngineFailure, type EngineProcess, startEngineProcess } from './engine-process.ts';
import type { EngineState } from './engine-state.ts';
import type { EngineFacts, OpenOrder } from './protocol.ts';

/** A process whose model is loaded. */
export type RunningEngine = { process: EngineProcess; facts: EngineFacts };

const PAUSES_MS = [0, 250, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000];
/** Who asks while a pause lasts waits for no longer than that. */
const PATIENCE_MS = 5000;
/** The engine gives the replies, its states and its memory some seconds each. */
const CLOSE_DEADLINE_MS = 15_000;

type Options = {
  /** says what is to be loaded; asked before each start */
  prepare(): Promise<OpenOrder>;
  log: Logger;
  /** hears of every change */
  onState?(state: EngineState): void;
  /** before it starts again, by how often it broke down since it last spoke */
  pausesMs?: readonly number[];
};

/**
 * Keeps one engine alive: it starts when it is first needed, and again, after growing pauses, whenever it ends by itself once it has been
 * open. An engine that cannot open is tried again by the next who asks.
 */
export class KeptEngine {
  readonly #prepare: () => Promise<OpenOrder>;
  readonly #log: Logger;
  readonly #onState: (state: EngineState) => void;
  readonly #pausesMs: readonly number[];
  #opening: Promise<RunningEngine> | undefined;
  #process: EngineProcess | undefined;
  #state: EngineState = { state: 'not started', breakdowns: 0 };
  #inARow = 0;
  #pauseEndsAt = 0;
  #ending: Promise<void> | undefined;

  constructor({ prepare, log, onState = () => undefined, pausesMs = PAUSES_MS }: Options) {
    this.#prepare = prepare;
    this.#log = log;
    this.#onState = onState;
    this.#pausesMs = pausesMs;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** The engine with its model loaded: the running one, or one that starts now. Rejects with EngineFailure. */
  async running(): Promise<RunningEngine> {
    this.#refuseClosed();
    const left = this.#pauseEndsAt - Date.now();
    if (this.#state.state === 'waiting' && left > PATIENCE_MS) throw this.#brokenFor(left);
    this.#opening ??= this.#start();
    return await this.#opening;
  }

  /** It speaks: what broke it before did not break it again. */
  works(): void {
    this.#inARow = 0;
  }

  /** Ends the process. Safe to call twice. */
  close(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  #refuseClosed(): void {
    if (this.#ending !== undefined) throw new EngineFailure('unreachable', 'This backend was closed.');
  }

  #start(): Promise<RunningEngine> {
    const attempt = this.#open().catch((error: unknown) => {
      if (this.#opening === attempt) this.#opening = undefined;
      throw error;
    });
    return attempt;
  }

  async #open(): Promise<RunningEngine> {
    this.#become('opening');
    const order = await this.#prepare();
    this.#refuseClosed();
    const started = startEngineProcess(this.#log);
    this.#process = started;
    try {
      const facts = await started.ask('open', { order });
      this.#refuseClosed();
      this.#become('ready', started.pid === undefined ? {} : { pid: started.pid });
      this.#log.info({ pid: started.pid, ...facts, model: facts.model.name }, 'the engine is ready');
      void started.ended.then((how) => this.#comeBack(how));
      return { process: started, facts };
    } catch (error) {
      if (this.#ending === undefined) this.#become('not started');
      started.kill();
      if (!(error instanceof EngineFailure && error.crashed)) throw error;
      throw new EngineFailure('unreachable', `llama.cpp broke down while it loaded the model (${error.message}).`);
    }
  }

  /** After an end that nobody asked for. */
  #comeBack(how: string): void {
    if (this.#ending !== undefined) return;
    const pauseMs = this.#pausesMs[Math.min(this.#inARow, this.#pausesMs.length - 1)] ?? 0;
    this.#inARow += 1;
    this.#pauseEndsAt = Date.now() + pauseMs;
    this.#become('waiting', { breakdowns: this.#state.breakdowns + 1, lastEnd: how });
    this.#log.error({ how, pauseMs, breakdowns: this.#state.breakdowns }, 'the engine broke down; it starts again');
    const again = new Promise<void>((resolve) => setTimeout(resolve, pauseMs).unref()).then(() => this.#open());
    this.#opening = again;
    again.catch((error: unknown) => {
      if (this.#opening === again) this.#opening = undefined;
      if (this.#ending === undefined) this.#log.error({ error }, `the engine did not start again (${messageOf(error)})`);
    });
  }

  #brokenFor(ms: number): EngineFailure {
    const history = `The engine broke down ${this.#inARow} times in a row (${this.#state.lastEnd})`;
    const advice = 'look at the log for the reason, or take a smaller contextSize, fewer sequences or gpu: off';
    return new EngineFailure('unreachable', `${history} and starts again in ${Math.ceil(ms / 1000)} s: ${advice}.`);
  }

  async #end(): Promise<void> {
    const wasReady = this.#state.state === 'ready';
    this.#become('closed');
    const process = this.#process;
    if (!process) return;
    if (!wasReady) process.kill();
    const deadline = setTimeout(() => process.kill(), CLOSE_DEADLINE_MS);
    // Its native memory is let go of by its end, which no destructor can hold up.
    await process.ask('close', {}).catch(() => undefined);
    process.kill();
    await process.ended;
    clearTimeout(deadline);
  }

  #become(next: EngineState['state'], more: Partial<EngineState> = {}): void {
    const { pid, ...rest } = this.#state;
    this.#state = { ...rest, state: next, ...more };
    this.#onState(this.#state);
  }
}
