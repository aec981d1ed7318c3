import { BYTES_PER_TOKEN, estimateTokens } from '../../estimate-tokens.ts';

/** One reply: what was sent and how much of it the server says that it read. */
export type Counted = {
  session: string;
  /** the contents of the prompt, in order */
  texts: readonly string[];
  /** the server's count of the prompt's tokens */
  told: number;
  /** tokens that it had in its cache: most servers count them in `told`, some do not */
  cached?: number;
  /** tokens of the contents, where they were counted exactly */
  exact?: number;
};

/** A prompt that seems to have been cut, and the tokens that the server seems to take at most. */
export type Cut = { tokens: number; sure: boolean };

/** Finds out that a server cuts prompts and says nothing of it. */
export type CutWatch = {
  /** Undefined when the prompt seems whole. What is not sure should be tried before anybody believes it; it is said once. */
  judge(counted: Counted): Cut | undefined;
  /** The server's tokens for each that we estimated, in the prompts of late; at least 1. */
  tokensPerEstimate(): number;
  /**
   * A prompt of these texts had more than so many tokens, and was refused: estimates are higher from now on. False where texts of
   * that length never have so many, so that estimates cannot be what was wrong.
   */
  exceeded(texts: readonly string[], tokens: number): boolean;
  /** The server serves another context now: what was found out about the one before counts no more. */
  forgetContext(): void;
};

/** No server takes less. A count below half of it is one of something else, such as of what was not in its cache. */
const SMALLEST_CONTEXT = 512;
/** Templates drop white space, and a mark here and there differs from one prompt to the next. */
const SLACK_TOKENS = 12;
const SLACK_SHARE = 0.03;
/** How much rarer tokens may be than in the replies before, because people changed the language. */
const RAREST = 0.45;
/** Contexts are multiples of this; what is cut to one ends there, or a few marks before. */
const ROUND_TOKENS = 1024;
const A_FEW_MARKS = 4;
const REMEMBERED_SESSIONS = 200;
const REMEMBERED_RATIOS = 16;
const USUAL_RATIOS = 3;
/** A prompt that was refused has more tokens than it was refused for, and nobody knows how many. */
const UNKNOWN_EXCESS = 1.25;
/** No vocabulary makes more tokens of a text than it has bytes. */
const MOST_PER_ESTIMATE = BYTES_PER_TOKEN;

/**
 * A cut shows as a count that is too small. Without the server's tokeniser nobody knows how large it should be, but it cannot be
 * smaller than a token for each word (no vocabulary in use joins words); in a session that only grew, than the count before and a
 * token for each new word; nor, by far, than what the same model needed before for so much text. A count that is just what a context
 * may be is seldom chance, but may be.
 */
export function createCutWatch(): CutWatch {
  const sessions = new Map<string, Read>();
  const ratios = createRatios();
  /** contexts, in ROUND_TOKENS, that a count seemed to have been cut to */
  const suspected = new Set<number>();
  let longest = 0;
  let found: number | undefined;
  let triedCached = false;

  function remember({ session, texts, told }: Counted): void {
    sessions.delete(session);
    sessions.set(session, { texts, told });
    const oldest = sessions.size > REMEMBERED_SESSIONS ? sessions.keys().next() : undefined;
    if (oldest && !oldest.done) sessions.delete(oldest.value);
  }
  function least({ texts, exact }: Counted, before: Read | undefined): number {
    // The server's own tokeniser knows better than any guess.
    if (exact !== undefined) return exact * (1 - SLACK_SHARE) - SLACK_TOKENS;
    const all = leastTokens(texts) * (1 - SLACK_SHARE);
    const usual = RAREST * ratios.least() * estimate(texts);
    const grown = before ? before.told + leastTokens(texts.slice(before.texts.length)) : 0;
    return Math.max(all, usual, grown) - SLACK_TOKENS;
  }
  function suspect(told: number): Cut | undefined {
    const context = Math.round(told / ROUND_TOKENS);
    if (!isRound(told) || suspected.has(context)) return undefined;
    suspected.add(context);
    return { tokens: told, sure: false };
  }
  /** Too few tokens, but not too few together with those of the cache: once that is worth a trial. */
  function suspectCached(told: number): Cut | undefined {
    if (triedCached) return undefined;
    triedCached = true;
    return { tokens: Math.max(SMALLEST_CONTEXT, told), sure: false };
  }
  return {
    judge(counted) {
      const { texts, told, session, cached = 0 } = counted;
      const last = sessions.get(session);
      const before = last && isBeginning(last.texts, texts) ? last : undefined;
      if (countsNewOnly(counted, before)) return undefined;
      const fewest = least(counted, before);
      const isCut = told < fewest;
      if (isCut && cached > 0 && told + cached >= fewest) return suspectCached(told);
      remember(counted);
      longest = Math.max(longest, told);
      if (isCut) {
        // Servers that leave out whole messages keep less than they could: what went through once goes through again, but for one
        // that still cuts then.
        found = Math.max(SMALLEST_CONTEXT, found === undefined ? longest : told);
        return { tokens: found, sure: true };
      }
      ratios.weigh(counted);
      return suspect(told);
    },
    tokensPerEstimate: ratios.tokensPerEstimate,
    exceeded: ratios.exceeded,
    forgetContext() {
      sessions.clear();
      suspected.clear();
      triedCached = false;
      longest = 0;
      found = undefined;
    },
  };
}

type Ratios = Pick<CutWatch, 'tokensPerEstimate' | 'exceeded'> & {
  /** A prompt came whole. */
  weigh(read: Read): void;
  /** the smallest ratio of late; 0 while too few are known */
  least(): number;
};

/** How many tokens prompts had for each that was estimated. */
function createRatios(): Ratios {
  const ratios: number[] = [];
  /** what refused prompts showed, for as many prompts as the ratios of others are remembered */
  let raised = { ratio: 1, prompts: 0 };
  const tokensPerEstimate = () => Math.max(1, raised.prompts > 0 ? raised.ratio : 1, ...ratios);
  return {
    tokensPerEstimate,
    weigh({ texts, told }) {
      const guess = estimate(texts);
      if (guess < SMALLEST_CONTEXT / 2) return;
      ratios.push(told / guess);
      if (ratios.length > REMEMBERED_RATIOS) ratios.shift();
      raised.prompts -= 1;
    },
    exceeded(texts, tokens) {
      const ratio = tokens / texts.reduce((sum, text) => sum + estimateTokens(text), 1);
      if (ratio > MOST_PER_ESTIMATE) return false;
      raised = { ratio: UNKNOWN_EXCESS * Math.max(ratio, tokensPerEstimate()), prompts: REMEMBERED_RATIOS };
      return true;
    },
    least: () => (ratios.length >= USUAL_RATIOS ? Math.min(...ratios) : 0),
  };
}

/** A prompt as the server read it. */
type Read = Pick<Counted, 'texts' | 'told'>;

/** Some servers count only what they had not read before. */
function countsNewOnly({ texts, told }: Counted, before: Read | undefined): boolean {
  if (told < SMALLEST_CONTEXT / 2) return true;
  if (!before || told >= before.told) return false;
  const tokensPerEstimate = before.told / Math.max(1, estimate(before.texts));
  return told <= 1.3 * tokensPerEstimate * estimate(texts.slice(before.texts.length)) + 32;
}

/** A vocabulary may have a token for a row of the same character, however long. */
function withoutRuns(text: string): string {
  return text.replace(/(.)\1{7,}/gu, '$1');
}

/** Fewer tokens than these no tokeniser makes of the texts: one for each word, and one for 16 bytes of a word without spaces. */
function leastTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => {
    const words = withoutRuns(text).match(/\S+/g) ?? [];
    return sum + words.reduce((tokens, word) => tokens + Math.max(1, Math.floor(Buffer.byteLength(word) / 16)), 0);
  }, 0);
}

function estimate(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + estimateTokens(withoutRuns(text)), 0);
}

function isBeginning(before: readonly string[], now: readonly string[]): boolean {
  return now.length > before.length && before.every((text, index) => text === now[index]);
}

function isRound(told: number): boolean {
  return told >= ROUND_TOKENS - A_FEW_MARKS && (ROUND_TOKENS - (told % ROUND_TOKENS)) % ROUND_TOKENS <= A_FEW_MARKS;
}
