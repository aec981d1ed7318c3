// Byte-level BPE as GPT-2 has it: every byte is written as one printable character, and merges join neighbours.

/** The printable character of each byte: itself where it is printable Latin-1, else 256 and up in order (the GPT-2 table). */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

/** The text as byte characters. */
export function spell(text: string): string {
  return [...Buffer.from(text, 'utf8')].map((byte) => BYTE_CHARACTERS[byte]).join('');
}

/**
 * Merges learned from a word list, most frequent pair first, until each word is one token. Earlier words weigh more. The
 * result depends on nothing but the list.
 */
export function learnMerges(words: readonly string[]): [left: string, right: string][] {
  const merges: [string, string][] = [];
  let corpus = words.map((word, rank) => ({ parts: [...spell(word)], weight: 1 / (rank + 20) }));
  for (;;) {
    const best = heaviestPair(corpus);
    if (!best) return merges;
    merges.push(best);
    corpus = corpus.map(({ parts, weight }) => ({ parts: joinPair(parts, best), weight }));
  }
}

function heaviestPair(corpus: readonly { parts: readonly string[]; weight: number }[]): [string, string] | undefined {
  const weights = new Map<string, number>();
  for (const { parts, weight } of corpus) {
    for (let at = 1; at < parts.length; at++) {
      const pair = `${parts[at - 1]} ${parts[at]}`;
      weights.set(pair, (weights.get(pair) ?? 0) + weight);
    }
  }
  let best: [pair: string, weight: number] | undefined;
  for (const entry of weights) if (!best || entry[1] > best[1]) best = entry;
  const [left, right] = best?.[0].split(' ') ?? [];
  return left !== undefined && right !== undefined ? [left, right] : undefined;
}

function joinPair(parts: readonly string[], [left, right]: readonly [string, string]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? '';
    const joins = part === left && parts[at + 1] === right;
    joined.push(joins ? left + right : part);
    if (joins) at++;
  }
  return joined;
}

function byteCharacters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : next++);
  });
}
