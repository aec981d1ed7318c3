import { BackendError } from '../../errors.ts';
import { estimateTokens } from '../estimate-tokens.ts';
import type { Facts, Known } from './learning/learn-facts.ts';
import type { Server } from './server.ts';

/** Texts whose counts are remembered; a prompt's turns come again with every message. */
const REMEMBERED = 20_000;
/** So much is counted with one request. */
const MOST_TEXTS = 64;
const MOST_CHARACTERS = 200_000;

type Counts = { counts: number[]; exact: boolean };

/** Counts with the server's own tokeniser where it offers that, and estimates elsewhere; each text is counted once. */
export type TokenCounts = {
  /** Never throws: what cannot be counted now is estimated. */
  count(texts: readonly string[]): Promise<Counts>;
  /** Without asking: what is known, and estimates. */
  guess(known: Known, texts: readonly string[]): number;
};

export function createTokenCounts(server: Server, facts: Facts): TokenCounts {
  const counted = new Map<string, number>();
  const unable = new WeakSet<Known['served']>();
  let model = '';

  function forgetOther({ served, flavour }: Known): void {
    if (model !== `${flavour.name} ${served.name}`) counted.clear();
    model = `${flavour.name} ${served.name}`;
  }
  function remember(text: string, tokens: number): void {
    counted.set(text, tokens);
    const oldest = counted.size > REMEMBERED ? counted.keys().next() : undefined;
    if (oldest && !oldest.done) counted.delete(oldest.value);
  }
  async function ask(known: Known, texts: readonly string[]): Promise<void> {
    const { flavour, served } = known;
    if (!flavour.tokenise || unable.has(served)) return;
    const missing = [...new Set(texts)].filter((text) => text !== '' && !counted.has(text));
    try {
      for (const batch of batches(missing)) {
        const counts = await flavour.tokenise(server, served.name, batch);
        for (const [index, text] of batch.entries()) remember(text, counts[index] ?? estimate(known, text));
      }
    } catch (error) {
      unable.add(served);
      server.log.debug({ error }, 'the server does not count tokens; they are estimated');
    }
  }
  function guess(known: Known, texts: readonly string[]): number {
    return texts.reduce((sum, text) => sum + (counted.get(text) ?? estimate(known, text)), 0);
  }
  return {
    guess,
    async count(texts) {
      const known = await facts.learn().catch((error: unknown) => {
        if (error instanceof BackendError) return undefined; // whoever speaks next is told
        throw error;
      });
      if (!known) return { counts: texts.map(estimateTokens), exact: false };
      forgetOther(known);
      await ask(known, texts);
      const exact = known.flavour.tokenise !== undefined && texts.every((text) => text === '' || counted.has(text));
      return { counts: texts.map((text) => (text === '' ? 0 : guess(known, [text]))), exact };
    },
  };
}

function estimate({ cuts }: Known, text: string): number {
  return Math.ceil(estimateTokens(text) * cuts.tokensPerEstimate());
}

function batches(texts: readonly string[]): string[][] {
  const made: string[][] = [];
  let characters = 0;
  for (const text of texts) {
    const batch = made.at(-1);
    characters += text.length;
    if (batch && batch.length < MOST_TEXTS && characters <= MOST_CHARACTERS) batch.push(text);
    else {
      made.push([text]);
      characters = text.length;
    }
  }
  return made;
}
