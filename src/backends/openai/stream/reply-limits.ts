import type { SpokenPart } from '../../voice.ts';
import type { Meter } from './count-usage.ts';
import { countLeastTokens, watchPieceSizes } from './least-tokens.ts';

export type Limits = {
  meter: Meter;
  /** tokens that the server was asked for at most, thinking included */
  totalLimit: number;
  /** the server was told so */
  isLimited?: boolean;
  /** tokens of visible text to listen to; left out where the server was told that very number */
  visibleLimit?: number;
  /** each piece of this server is known to be a token, however short */
  sendsTokens?: boolean;
};

/** Sees to it that a reply is no longer than was asked for, whatever its server does; rather late than too early. */
export type ReplyLimits = {
  /** Whether the visible text is long enough, with these parts, which the meter has heard. */
  isFull(parts: readonly SpokenPart[]): boolean;
  /** Whether a server that was to stop has gone on, with what it sent now: thoughts, marks and what is kept back count as well. */
  isOverrun(sent: { text: string; reasoning: string }): boolean;
  /** The last parts, which the meter has heard: with no more text than was asked for, where all of it was kept back until now. */
  cut(rest: readonly SpokenPart[]): { parts: readonly SpokenPart[]; wasCut: boolean };
};

/** Only a server that never stops is to be stopped: what may be half a token is still counted as one. */
const OVERRUN = 2;
const OVERRUN_TOKENS = 64;
/** Servers count a little otherwise than we do. */
const COUNTS_DIFFER = 1.25;
/** Marks of the template, which a server counts and does not send. */
const UNSENT_TOKENS = 8;

export function createReplyLimits({ meter, totalLimit, visibleLimit, sendsTokens = false }: Limits): ReplyLimits {
  const most = Math.ceil(totalLimit * OVERRUN) + OVERRUN_TOKENS;
  const watched = watchPieceSizes();
  const sizes = sendsTokens ? { areTokens: true } : watched;
  const visible = countLeastTokens(sizes);
  const sent = countLeastTokens(sizes);
  return {
    isFull(parts) {
      if (visibleLimit === undefined) return false;
      visible.add(textOf(parts));
      return visible.tokens >= visibleLimit;
    },
    isOverrun({ text, reasoning }) {
      if (text === '' && reasoning === '') return false;
      meter.pieces += 1;
      watched.add(reasoning + text);
      sent.add(reasoning + text);
      return sent.tokens >= most;
    },
    cut(rest) {
      const { text } = meter.said;
      if (visibleLimit === undefined || textOf(rest) !== text) return { parts: rest, wasCut: false };
      const tokens = isPlausible(meter) ? Math.min(meter.usage().reply, Buffer.byteLength(text)) : leastIn(text);
      if (tokens <= visibleLimit) return { parts: rest, wasCut: false };
      return { parts: shorten(rest, Math.ceil((text.length * visibleLimit) / tokens)), wasCut: true };
    },
  };
}

function textOf(parts: readonly SpokenPart[]): string {
  return parts.map(({ type, text }) => (type === 'text' ? text : '')).join('');
}

function leastIn(text: string): number {
  const least = countLeastTokens({ areTokens: false });
  least.add(text);
  return least.tokens;
}

/** What the server counted may hold thoughts that it kept to itself: then it sent far fewer pieces than it counted tokens. */
function isPlausible({ server, pieces }: Meter): boolean {
  return server !== undefined && server.completion_tokens <= pieces * COUNTS_DIFFER + UNSENT_TOKENS;
}

/** No more text than so many UTF-16 units, and no half characters. */
function shorten(parts: readonly SpokenPart[], length: number): SpokenPart[] {
  let left = length;
  return parts.flatMap((part): SpokenPart[] => {
    if (part.type !== 'text') return [part];
    const text = part.text.slice(0, left).replace(/[\ud800-\udbff]$/, '');
    left -= text.length;
    return text === '' ? [] : [{ ...part, text }];
  });
}
