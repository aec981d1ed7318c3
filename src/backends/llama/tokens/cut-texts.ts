/** Cuts a text into parts that put together are the text, none of which holds one of the texts that were to be cut. */
export type Cutter = (text: string) => string[];

/** UTF-16 units; llama.cpp's time grows with the square of a part's length where it spells characters in bytes. */
const LONGEST_PART = 8192;

/**
 * A cutter for the texts of a vocabulary's tokens. It cuts before the last character of a token, and only as often as it must. A
 * space and ▁ are the same to it, as they are to SentencePiece. Texts of one character cannot be cut and are left out. Parts that are
 * very long are cut between words. Takes time in proportion to the length of what is cut.
 */
export function createCutter(texts: readonly string[]): Cutter {
  const wanted = new Set(texts.map(withoutSpaces).filter((text) => lastCharacterOf(text) > 0));
  const lengths = lengthsByFirst(wanted);

  /** Where the shortest of the texts that begins here ends. */
  function endOf(text: string, at: number): number {
    const length = lengths
      .get(text.charCodeAt(at))
      ?.find((size) => at + size <= text.length && wanted.has(text.slice(at, at + size)));
    return length === undefined ? Number.POSITIVE_INFINITY : at + length;
  }

  return (text) => {
    const plain = withoutSpaces(text);
    const parts: string[] = [];
    let from = 0;
    let cut = Number.POSITIVE_INFINITY;
    for (let at = 0; at < text.length; at += 1) {
      if (at === cut) {
        parts.push(text.slice(from, at));
        from = at;
        cut = Number.POSITIVE_INFINITY;
      }
      const end = endOf(plain, at);
      if (end < Number.POSITIVE_INFINITY) cut = Math.min(cut, at + lastCharacterOf(plain.slice(at, end)));
    }
    return text === '' ? [] : [...parts, text.slice(from)].flatMap(shorten);
  };
}

/** A part in pieces that are not too long; always cut in the same places, however long the text grows. */
function shorten(part: string): string[] {
  const pieces: string[] = [];
  let rest = part;
  while (rest.length > LONGEST_PART) {
    const beforeWord = Math.max(rest.lastIndexOf(' ', LONGEST_PART), rest.lastIndexOf('\n', LONGEST_PART));
    const at = beforeWord > 0 ? beforeWord : lastCharacterOf(rest.slice(0, LONGEST_PART + 1));
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...pieces, rest];
}

const withoutSpaces = (text: string) => text.replaceAll(' ', '▁');

/** Where a text's last character begins, so that no pair of surrogates is cut. */
function lastCharacterOf(text: string): number {
  return text.length - (Array.from(text).at(-1)?.length ?? 0);
}

/** How long the texts are that begin with this UTF-16 unit, shortest first. */
function lengthsByFirst(texts: Iterable<string>): Map<number, number[]> {
  const lengths = new Map<number, number[]>();
  for (const text of texts) {
    const known = lengths.get(text.charCodeAt(0)) ?? [];
    if (!known.includes(text.length)) lengths.set(text.charCodeAt(0), [...known, text.length]);
  }
  for (const sizes of lengths.values()) sizes.sort((one, other) => one - other);
  return lengths;
}
