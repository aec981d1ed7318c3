/** How long replies may take to end after the first signal, ms. */
const PATIENCE_MS = 8_000;

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
  const stop = () => {
    if (controller.signal.aborted) process.exit(1);
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
