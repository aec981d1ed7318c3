export type Waits = { firstTokenMs: number; stallMs: number };

/** The server said nothing for so many ms. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
  readonly ms: number;

  constructor(ms: number, options?: ErrorOptions) {
    super(`silence for ${ms} ms`, options);
    this.ms = ms;
  }
}

export type SilenceWatch = {
  /** aborts what is waited for: when the reader's signal aborts, when the silence was too long, and when all is over */
  readonly signal: AbortSignal;
  /**
   * Waits for something that `signal` can abort. Throws SilenceError when that took too long. The time the reader takes between
   * two waits is not the server's silence.
   */
  wait<T>(start: () => PromiseLike<T>): Promise<T>;
  /** The server said something: the silence begins anew, and may now last as long as told (default: the stall time). */
  heard(ms?: number): void;
  stop(): void;
};

/** Watches one reply. Silence is time without a word of the reply, whatever keep-alives come. */
export function watchSilence(reader: AbortSignal, { firstTokenMs, stallMs }: Waits): SilenceWatch {
  const controller = new AbortController();
  let allowedMs = firstTokenMs;
  let leftMs = firstTokenMs;
  let gaveUp = false;

  function giveUp(): void {
    gaveUp = true;
    controller.abort();
  }
  async function wait<T>(start: () => PromiseLike<T>): Promise<T> {
    if (leftMs <= 0) giveUp(); // a server that never pauses leaves no timer the time to go off
    if (gaveUp) throw new SilenceError(allowedMs);
    const since = performance.now();
    const timer = setTimeout(giveUp, leftMs);
    try {
      return await start();
    } catch (error) {
      throw gaveUp ? new SilenceError(allowedMs, { cause: error }) : error;
    } finally {
      clearTimeout(timer);
      leftMs -= performance.now() - since;
    }
  }
  return {
    signal: AbortSignal.any([reader, controller.signal]),
    wait,
    heard(ms = stallMs) {
      allowedMs = ms;
      leftMs = ms;
    },
    stop: () => controller.abort(),
  };
}
