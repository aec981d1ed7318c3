/** How long, in ms, everybody waits for one that has its token and does not come back. */
const LONGEST_HOLD_MS = 5;

/** One that puts tokens into batches: a reply, or a chunk of a prompt. */
export type Beat = {
  /** Waits until all can put their tokens into a batch. Call `rests` when the batch has brought what was asked for. */
  turn(): Promise<void>;
  rests(): void;
  end(): void;
};

export type Rhythm = {
  begin(): Beat;
  /** how many take part */
  readonly running: number;
};

type Place = { state: 'away' | 'in a batch' } | { state: 'here'; go(): void };

/**
 * Lets all that runs go batch by batch, together. Tokens are sampled at different moments after a batch, and the library decodes again at
 * once with whoever is first: the others would wait for a whole batch more, and whoever wants to load or save a state would wait
 * until nobody speaks.
 */
export function createRhythm(): Rhythm {
  const places = new Map<Beat, Place>();
  let timer: NodeJS.Timeout | undefined;

  const release = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const [beat, place] of places) {
      if (place.state !== 'here') continue;
      places.set(beat, { state: 'in a batch' });
      // In a turn of the event loop of its own, so that the library has let go of the batch before.
      setImmediate(place.go);
    }
  };
  const look = () => {
    const all = [...places.values()];
    if (all.some(({ state }) => state === 'in a batch') || !all.some(({ state }) => state === 'here')) return;
    if (all.every(({ state }) => state === 'here')) release();
    else timer ??= setTimeout(release, LONGEST_HOLD_MS);
  };
  return {
    begin() {
      const beat: Beat = {
        turn() {
          const { promise, resolve } = Promise.withResolvers<void>();
          places.set(beat, { state: 'here', go: resolve });
          look();
          return promise;
        },
        rests() {
          places.set(beat, { state: 'away' });
          look();
        },
        end() {
          places.delete(beat);
          look();
        },
      };
      places.set(beat, { state: 'away' });
      return beat;
    },
    get running() {
      return places.size;
    },
  };
}
