import { TroupeError } from '../errors.ts';

/** Too many already wait in this channel; the task was not taken. */
export class QueueFullError extends TroupeError {
  override readonly name = 'QueueFullError';

  /** the first since the line was empty: people are told once, and not for every message that finds no room */
  readonly isFirst: boolean;

  constructor(waiting: number, isFirst: boolean) {
    super(`${waiting} messages already wait for an answer in this channel.`);
    this.isFirst = isFirst;
  }
}

type Line = { tail: Promise<unknown>; length: number; hasRefused: boolean };

/** Runs tasks one at a time per channel, in the order they came; channels do not wait for each other. */
export class ChannelQueue {
  readonly #lines = new Map<string, Line>();
  readonly #waitingPerChannel: number;

  /** `waitingPerChannel`: how many may wait behind the one that runs. */
  constructor(waitingPerChannel: number) {
    this.#waitingPerChannel = waitingPerChannel;
  }

  /** How many run or wait in a channel. */
  length(channelId: string): number {
    return this.#lines.get(channelId)?.length ?? 0;
  }

  /** Gives the task's result, or its error. Throws QueueFullError at once when the line is full. */
  async run<Result>(channelId: string, task: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(channelId) ?? { tail: Promise.resolve(), length: 0, hasRefused: false };
    if (line.length > this.#waitingPerChannel) {
      const isFirst = !line.hasRefused;
      line.hasRefused = true;
      throw new QueueFullError(line.length - 1, isFirst);
    }
    const result = line.tail.then(task);
    line.tail = result.catch(() => undefined); // the caller has the error; the line only needs to know that it ended
    line.length += 1;
    this.#lines.set(channelId, line);
    try {
      return await result;
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(channelId);
    }
  }

  /** Resolves when nothing runs or waits in any channel. */
  async idle(): Promise<void> {
    while (this.#lines.size > 0) await Promise.all([...this.#lines.values()].map((line) => line.tail));
  }
}
