/** How long replies may take to end after the first signal, ms. */
const PATIENCE_MS = 8_000;
/** npm hands on a signal that the terminal has sent to the whole group: both are one wish, ms. */
const SAME_WISH_MS = 1_000;

export type Stopping = {
  /** aborts at the first SIGINT or SIGTERM */
  signal: AbortSignal;
  /** resolves at the first of them */
  asked: Promise<undefined>;
  /** Takes the listeners away. */
  release(): void;
};

/** Follows the signals that ask a program to end. A second one, or a stop that takes too long, ends it at once with exit code 1. */
export function followStopSignals(): Stopping {
  const controller = new AbortController();
  const { promise: asked, resolve } = Promise.withResolvers<undefined>();
  let timer: NodeJS.Timeout | undefined;
  let askedAt = Number.POSITIVE_INFINITY;
  const stop = () => {
    if (performance.now() - askedAt > SAME_WISH_MS) process.exit(1);
    if (controller.signal.aborted) return;
    askedAt = performance.now();
    timer = setTimeout(() => process.exit(1), PATIENCE_MS);
    timer.unref();
    controller.abort();
    resolve(undefined);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    asked,
    release() {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
