/** What was asked once and is asked again now and then, because it may have changed. */
export type Fresh<T> = {
  /** Throws what the question throws, as long as there is no answer yet. */
  get(): Promise<T>;
  /** What `get` gave last, however old that is: who builds on it needs the same again. Asks only where it gave nothing yet. */
  kept(): Promise<T>;
  /** Asks anew next time, and waits for the answer. */
  forget(): void;
};

type Question<T> = {
  ask(): Promise<T>;
  /** a clock in ms */
  now(): number;
  /** The question could not be asked again; the answer before still counts. */
  failed(error: unknown): void;
};

/** An answer is this old before it is asked for again. */
const FRESH_MS = 5 * 60_000;
/** Who needs an answer waits so long for a newer one; then the one before has to do. */
const WAIT_MS = 500;

export function keepFresh<T>({ ask, now, failed }: Question<T>): Fresh<T> {
  type Answer = { value: Promise<T>; at: number };
  let last: Answer | undefined;
  let given: { value: T } | undefined;

  function begin(): Promise<T> {
    const answer: Answer = { value: ask(), at: now() };
    last = answer;
    answer.value.catch(() => {
      if (last === answer) last = undefined;
    });
    return answer.value;
  }
  async function renew(old: Answer): Promise<T> {
    // Nobody else asks in the meantime, nor soon after a failure.
    old.at = now();
    try {
      const value = await ask();
      // It may have been forgotten meanwhile: whoever did that has asked anew.
      if (last === old) last = { value: Promise.resolve(value), at: now() };
      return value;
    } catch (error) {
      failed(error);
      return old.value;
    }
  }
  function current(): Promise<T> {
    if (!last) return begin();
    if (now() - last.at < FRESH_MS) return last.value;
    return Promise.race([renew(last), later(last.value)]);
  }
  let forgotten = 0;
  const fresh: Fresh<T> = {
    async get() {
      const before = forgotten;
      const value = await current();
      if (before === forgotten) given = { value };
      return value;
    },
    kept: async () => (given ? given.value : fresh.get()),
    forget() {
      forgotten += 1;
      last = undefined;
      given = undefined;
    },
  };
  return fresh;
}

function later<T>(value: Promise<T>): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, WAIT_MS, value).unref());
}
