/** What one side pushes and the other reads when it is ready. A failure comes after everything that was pushed before it. */
export type Line<Item> = { push(item: Item): void; end(): void; fail(error: Error): void; read(): AsyncGenerator<Item> };

export function createLine<Item>(): Line<Item> {
  const held: Item[] = [];
  let state: 'open' | 'ended' | Error = 'open';
  let wake: (() => void) | undefined;
  const finish = (to: 'ended' | Error) => {
    state = to;
    wake?.();
  };
  return {
    push(item) {
      held.push(item);
      wake?.();
    },
    end: () => finish('ended'),
    fail: finish,
    async *read() {
      for (;;) {
        while (held.length > 0) yield held.shift() as Item;
        if (state instanceof Error) throw state;
        if (state === 'ended') return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
