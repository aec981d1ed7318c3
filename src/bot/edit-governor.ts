import type { Pace } from './outgoing.ts';

/** Kept on top of Discord's own window for clocks that do not run alike, in ms. */
const PAD_MS = 120;

/**
 * Says when one channel may be written to, so that writes never queue up behind a rate limit: who asks gets leave now or the time
 * to wait, and reads the newest text only when it has leave. Posts, edits and typing have separate windows, as Discord counts them.
 */
export class EditGovernor {
  readonly #pace: Pace;
  readonly #now: () => number;
  readonly #taken = { post: [] as number[], edit: [] as number[], typing: [] as number[] };
  #lastEditAt = Number.NEGATIVE_INFINITY;

  constructor(pace: Pace, now: () => number) {
    this.#pace = pace;
    this.#now = now;
  }

  /**
   * Takes leave for one write and gives 0, or takes nothing and gives the ms to wait before asking again. An edit that is not the
   * last of its reply leaves one write of the window to spare, so that the last one never waits.
   */
  take(kind: 'post' | 'edit' | 'typing', last: boolean): number {
    const now = this.#now();
    const { limit, windowMs, floorMs } = this.#pace;
    const window = this.#taken[kind];
    while (window[0] !== undefined && window[0] <= now - windowMs - PAD_MS) window.shift();
    const spare = kind === 'edit' && !last ? 1 : 0;
    const blocking = window[window.length - limit + spare];
    const windowWait = blocking === undefined ? 0 : blocking + windowMs + PAD_MS - now;
    const floorWait = kind === 'edit' && !last ? this.#lastEditAt + floorMs - now : 0;
    const wait = Math.max(windowWait, floorWait, 0);
    if (wait > 0) return wait;
    window.push(now);
    if (kind === 'edit') this.#lastEditAt = now;
    return 0;
  }

  /** Whether no write of it counts any more. */
  isQuiet(): boolean {
    const since = this.#now() - this.#pace.windowMs - PAD_MS;
    return Object.values(this.#taken).every((window) => window.every((at) => at <= since));
  }

  /**
   * The write that was taken last has been answered: its window begins now, because on a busy machine it may have reached Discord
   * long after it was sent. The next edit keeps its distance from a post as well: the reader has just been shown something.
   */
  arrived(kind: 'post' | 'edit'): void {
    const window = this.#taken[kind];
    if (window.length > 0) window[window.length - 1] = this.#now();
    this.#lastEditAt = this.#now();
  }
}

/** Channels remembered before the quiet ones are let go. */
const REMEMBERED = 1_000;

/** One governor a channel, because Discord counts by channel whoever speaks there. */
export class EditGovernors {
  readonly #governors = new Map<string, EditGovernor>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  of(channelId: string, pace: Pace): EditGovernor {
    const known = this.#governors.get(channelId);
    if (known) return known;
    if (this.#governors.size >= REMEMBERED) this.#forgetQuiet();
    const governor = new EditGovernor(pace, this.#now);
    this.#governors.set(channelId, governor);
    return governor;
  }

  #forgetQuiet(): void {
    for (const [channelId, governor] of this.#governors) if (governor.isQuiet()) this.#governors.delete(channelId);
  }
}
