/** How many tokens a text that comes in pieces has at least. */
export type LeastTokens = {
  add(piece: string): void;
  readonly tokens: number;
};

/** Whether a stream sends a token or more with each piece, as far as has come of it. */
export type PieceSizes = {
  add(piece: string): void;
  readonly areTokens: boolean;
};

/** What tokenizers part texts into before anything else: `bytes` is the most of it that is one token, on average. */
type Kind = { pattern: RegExp; bytes: number };
/** Two and a half characters, where each is a syllable or a word. */
const EAST_ASIAN: Kind = { pattern: /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}ー]+/u, bytes: 7.5 };
/** A word, or a whole clause where a script sets no spaces. Vocabularies hold "don't" as one token. */
const LETTERS: Kind = { pattern: /^(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}ー])[\p{L}\p{M}'’])+/u, bytes: 12 };
const DIGITS: Kind = { pattern: /^\p{N}+/u, bytes: 3 };
/** Mostly part of the token after it. */
const SPACE: Kind = { pattern: /^\s+/, bytes: 64 };
/** Vocabularies hold long lines and borders as one token. */
const OTHER: Kind = { pattern: /^[^\p{L}\p{M}\p{N}\s'’]+/u, bytes: 32 };
const KINDS: readonly Kind[] = [EAST_ASIAN, LETTERS, DIGITS, SPACE, OTHER];

/** A smaller share of pieces with more than one character is no stream of tokens. */
const LEAST_LONGER_PIECES = 1 / 8;
/** Where the longest pieces have so few characters and most pieces are as long, they are cut by length: tokens vary, and go further. */
const LONGEST_SLICE = 3;
const SHARE_OF_SLICES = 2 / 3;

/**
 * A piece holds a token or more, unless a proxy sends single characters, or always two or three. Where a token is a character, that
 * looks just the same.
 */
export function watchPieceSizes(): PieceSizes {
  let pieces = 0;
  const ofLength = new Map<number, number>();
  return {
    add(piece) {
      if (piece === '') return;
      pieces += 1;
      const length = charactersOf(piece);
      ofLength.set(length, (ofLength.get(length) ?? 0) + 1);
    },
    get areTokens() {
      const longest = Math.max(0, ...ofLength.keys());
      const areSlices = longest <= LONGEST_SLICE && (ofLength.get(longest) ?? 0) >= pieces * SHARE_OF_SLICES;
      const longer = pieces - (ofLength.get(0) ?? 0) - (ofLength.get(1) ?? 0);
      return pieces > 0 && longer >= pieces * LEAST_LONGER_PIECES && !areSlices;
    },
  };
}

/**
 * Where pieces are no tokens, or few and large, the words tell: a token does not go beyond the word that it begins in. A text is never
 * said to have more tokens than it has, as far as that can be known; it may be said to have fewer.
 */
export function countLeastTokens(sizes: { readonly areTokens: boolean }): LeastTokens {
  const runs = createRuns();
  let pieces = 0;
  return {
    add(piece) {
      if (piece !== '') pieces += 1;
      runs.add(piece);
    },
    get tokens() {
      return Math.max(sizes.areTokens ? pieces : 0, runs.tokens);
    },
  };
}

/** Accents and vowel signs belong to the letter before them. */
function charactersOf(piece: string): number {
  return [...piece.replace(/\p{M}/gu, '')].length;
}

type Run = { kind: Kind; bytes: number };

/** Counts by runs of one kind, whatever the borders of the pieces are. */
function createRuns(): LeastTokens {
  let closed = 0;
  let open: Run | undefined;

  function lengthen(kind: Kind, bytes: number): void {
    if (open?.kind === kind) open.bytes += bytes;
    else {
      // One sign before a word may be part of its token: `.get`, `(the`.
      const isPartOfNext = open?.kind === OTHER && open.bytes === 1 && kind === LETTERS;
      if (open && !isPartOfNext) closed += tokensOf(open);
      open = { kind, bytes };
    }
  }
  return {
    add(piece) {
      for (let rest = piece; rest !== ''; ) {
        const { kind, run } = firstRun(rest);
        lengthen(kind, Buffer.byteLength(run));
        rest = rest.slice(run.length);
      }
    },
    get tokens() {
      return closed + (open ? tokensOf(open) : 0);
    },
  };
}

function firstRun(text: string): { kind: Kind; run: string } {
  for (const kind of KINDS) {
    const run = kind.pattern.exec(text)?.[0];
    if (run !== undefined) return { kind, run };
  }
  throw new Error('Every character is of one kind.');
}

function tokensOf({ kind, bytes }: Run): number {
  const tokens = Math.floor(bytes / kind.bytes);
  return kind === SPACE ? tokens : Math.max(1, tokens);
}
