/** Runs the tasks of one key one after the other, in the order in which they came; other keys do not wait. */
type InOrder = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>;

export function createInOrder(): InOrder {
  const newest = new Map<string, Promise<unknown>>();
  return async function inOrder(key, task) {
    const before = newest.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    newest.set(key, mine);
    try {
      return await mine;
    } finally {
      if (newest.get(key) === mine) newest.delete(key);
    }
  };
}
