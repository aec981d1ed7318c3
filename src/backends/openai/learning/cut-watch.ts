import { estimateTokens } from '../../estimate-tokens.ts';

/** One reply: what was sent and how much of it the server says that it read. */
export type Counted = {
  session: string;
  /** the contents of the prompt, in order */
  texts: readonly string[];
  /** the server's count of the prompt's tokens */
  told: number;
  /** tokens of the contents, where they were counted exactly */
  exact?: number;
};

/** A prompt that seems to have been cut, and the tokens that the server seems to take at most. */
export type Cut = { tokens: number; sure: boolean };

/** Finds out that a server cuts prompts and says nothing of it. */
export type CutWatch = {
  /** Undefined when the prompt seems whole. What is not sure should be tried before anybody believes it. */
  judge(counted: Counted): Cut | undefined;
  /** The server's tokens for each that we estimated, in the whole prompts of late; at least 1. */
  tokensPerEstimate(): number;
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

/**
 * A cut shows as a count that is too small. Without the server's tokeniser nobody knows how large it should be, but it cannot be
 * smaller than a token for each word (no vocabulary in use joins words); in a session that only grew, than the count before and a
 * token for each new word; nor, by far, than what the same model needed before for so much text. A count that is just what a context
 * may be is seldom chance, but may be.
 */
export function createCutWatch(): CutWatch {
  const sessions = new Map<string, Read>();
  const ratios: number[] = [];
  let longest = 0;
  let found: number | undefined;

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
    const usual = ratios.length >= USUAL_RATIOS ? RAREST * Math.min(...ratios) * estimate(texts) : 0;
    const grown = before ? before.told + leastTokens(texts.slice(before.texts.length)) : 0;
    return Math.max(all, usual, grown) - SLACK_TOKENS;
  }
  function weigh({ texts, told }: Counted): void {
    const guess = estimate(texts);
    if (guess < SMALLEST_CONTEXT / 2) return;
    ratios.push(told / guess);
    if (ratios.length > REMEMBERED_RATIOS) ratios.shift();
  }
  return {
    judge(counted) {
      const { texts, told, session } = counted;
      const last = sessions.get(session);
      const before = last && isBeginning(last.texts, texts) ? last : undefined;
      if (countsNewOnly(counted, before)) return undefined;
      const isCut = told < least(counted, before);
      remember(counted);
      longest = Math.max(longest, told);
      if (isCut) {
        // Servers that leave out whole messages keep less than they could: what went through once goes through again, but for one
        // that still cuts then.
        found = Math.max(SMALLEST_CONTEXT, found === undefined ? longest : told);
        return { tokens: found, sure: true };
      }
      weigh(counted);
      return isRound(told) ? { tokens: told, sure: false } : undefined;
    },
    tokensPerEstimate: () => Math.max(1, ...ratios),
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
