import { BYTES_PER_TOKEN, estimateTokens } from '../../estimate-tokens.ts';
import type { SpokenPart } from '../../voice.ts';
import type { Meter } from './count-usage.ts';

export type Limits = {
  meter: Meter;
  /** tokens that the server was asked for at most, thinking included */
  totalLimit: number;
  /** tokens of visible text to listen to; left out where the server was told that very number */
  visibleLimit?: number;
};

/** Sees to it that a reply is no longer than was asked for, whatever its server does. */
export type ReplyLimits = {
  /** Whether the visible text is long enough, with these parts, which the meter has heard. */
  isFull(parts: readonly SpokenPart[]): boolean;
  /** Whether a server that was to stop has gone on, with what it sent now: thoughts, marks and what is kept back count as well. */
  isOverrun(sent: { text: string; reasoning: string }): boolean;
  /** The last parts, which the meter has heard: with no more text than was asked for, where all of it was kept back until now. */
  cut(rest: readonly SpokenPart[]): { parts: readonly SpokenPart[]; wasCut: boolean };
};

/** Servers count a little otherwise than we do; what was estimated is off by more. */
const OVERRUN = 1.25;
const OVERRUN_TOKENS = 64;
/** Marks of the template, which a server counts and does not send. */
const UNSENT_TOKENS = 8;

/**
 * Each piece that a server sends holds a token or more, so as many pieces as tokens are enough, unless it sends letters; a text far
 * longer than its tokens can be is enough in any case.
 */
export function createReplyLimits({ meter, totalLimit, visibleLimit }: Limits): ReplyLimits {
  const most = Math.ceil(totalLimit * OVERRUN) + OVERRUN_TOKENS;
  let textPieces = 0;
  let pieces = 0;
  let bytes = 0;
  return {
    isFull(parts) {
      if (visibleLimit === undefined) return false;
      if (parts.some(({ type }) => type === 'text')) textPieces += 1;
      return tokensOf(estimateTokens(meter.said.text), textPieces) >= visibleLimit;
    },
    isOverrun({ text, reasoning }) {
      if (text === '' && reasoning === '') return false;
      pieces += 1;
      bytes += Buffer.byteLength(text) + Buffer.byteLength(reasoning);
      return tokensOf(bytes / BYTES_PER_TOKEN, pieces) >= most;
    },
    cut(rest) {
      const { text } = meter.said;
      const last = rest.map((part) => (part.type === 'text' ? part.text : '')).join('');
      const tokens = isPlausible(meter, pieces) ? meter.usage().reply : tokensOf(estimateTokens(text), pieces);
      if (visibleLimit === undefined || last !== text || tokens <= visibleLimit) return { parts: rest, wasCut: false };
      return { parts: shorten(rest, Math.floor((text.length * visibleLimit) / tokens)), wasCut: true };
    },
  };
}

/** What the server counted may hold thoughts that it kept to itself: then it sent far fewer pieces than it counted tokens. */
function isPlausible({ server }: Meter, pieces: number): boolean {
  return server !== undefined && server.completion_tokens <= pieces * OVERRUN + UNSENT_TOKENS;
}

/** At most so many tokens are sure to be in what was estimated at so many and came in so many pieces. */
function tokensOf(guess: number, pieces: number): number {
  return Math.min(guess, Math.max(pieces, guess / 2));
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
