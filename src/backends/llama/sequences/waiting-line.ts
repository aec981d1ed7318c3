/** One that waits: `round` counts how often its session waited before it, so that no session is served twice before another once. */
type Waiter = { round: number; session: string; give(): void };

export type WaitingLine = {
  /** Waits until called; false when the signal aborts first. Undefined when the line is full. */
  join(session: string, signal: AbortSignal): { position: number; called: Promise<boolean> } | undefined;
  /** Calls the next one, where somebody waits. */
  callNext(): boolean;
  readonly length: number;
};

/**
 * A bounded line in fair order: sessions take turns, and those of one session come in the order in which they were asked
 * (start-time fair queueing with one unit for each request: Goyal, Vin, Cheng 1996).
 * @param most how many may wait
 */
export function createWaitingLine(most: number): WaitingLine {
  const line: Waiter[] = [];
  const lastRounds = new Map<string, number>();
  let round = 0;

  /** Behind all of its own session's, and behind everybody of the same round. */
  function enter(waiter: Waiter): number {
    const behind = line.findIndex((other) => other.round > waiter.round);
    const at = behind < 0 ? line.length : behind;
    line.splice(at, 0, waiter);
    return at + 1;
  }

  return {
    join(session, signal) {
      if (line.length >= most) return undefined;
      const own = Math.max(round, (lastRounds.get(session) ?? round - 1) + 1);
      lastRounds.set(session, own);
      const { promise: called, resolve } = Promise.withResolvers<boolean>();
      const leave = () => {
        line.splice(line.indexOf(waiter), 1);
        resolve(false);
      };
      const give = () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const waiter: Waiter = { round: own, session, give };
      const position = enter(waiter);
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
      return { position, called };
    },
    callNext() {
      const next = line.shift();
      if (!next) return false;
      round = next.round;
      if (line.length === 0) lastRounds.clear();
      next.give();
      return true;
    },
    get length() {
      return line.length;
    },
  };
}
