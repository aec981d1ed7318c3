/** Passes text on without what is, or may become, a stop string; it never passes on half a surrogate pair. */
type StopFilter = {
  /** What may be shown now; empty while it is undecided, and for good once a stop string came. */
  push(text: string): string;
  /** What was kept back and turned out to be no stop string. */
  rest(): string;
  /** the stop string that came */
  readonly stoppedBy: string | undefined;
};

/** Of several stop strings the one that is complete first wins, so that the result does not depend on how the text was cut. */
export function createStopFilter(stops: readonly string[]): StopFilter {
  const needles = stops.filter(Boolean);
  let held = '';
  let stoppedBy: string | undefined;
  return {
    get stoppedBy() {
      return stoppedBy;
    },
    push(text) {
      if (stoppedBy !== undefined) return '';
      const all = held + text;
      const match = firstComplete(all, needles);
      if (match) {
        stoppedBy = match.stop;
        held = '';
        return all.slice(0, match.start).toWellFormed();
      }
      const kept = Math.max(heldLength(all, needles), endsInHalfPair(all) ? 1 : 0);
      held = all.slice(all.length - kept);
      return all.slice(0, all.length - kept).toWellFormed();
    },
    rest() {
      const text = held.toWellFormed();
      held = '';
      return text;
    },
  };
}

/** How many characters at the end of the text are the beginning of a needle. */
export function heldLength(text: string, needles: readonly string[]): number {
  const longest = Math.max(0, ...needles.map((needle) => needle.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(text.length - length);
    if (needles.some((needle) => needle.startsWith(end))) return length;
  }
  return 0;
}

function firstComplete(text: string, stops: readonly string[]): { stop: string; start: number } | undefined {
  return stops
    .map((stop) => ({ stop, start: text.indexOf(stop) }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start + a.stop.length - (b.start + b.stop.length) || a.start - b.start)[0];
}

function endsInHalfPair(text: string): boolean {
  return /[\ud800-\udbff]$/.test(text);
}
