/** Runs work one after another, in the order in which it came. */
export type Turns = { run<Result>(work: () => Promise<Result>): Promise<Result> };

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const result = last.then(work, work);
      last = result;
      return result;
    },
  };
}
