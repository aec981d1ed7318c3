// What a model says in answer to one request, token by token, and where its server ends it.
import { type Family, RUN_ON, thoughtsOf, type Wish } from './families/family.ts';

/** Where the thoughts come out: in a field of their own, or in the text as the model wrote them, tags and all. */
export type Surface = 'reasoning_content' | 'reasoning' | 'thinking' | 'content' | 'nowhere';
type Channel = 'tag' | 'thoughts' | 'reply';
type Token = { channel: Channel; text: string };

/** A piece as it goes over the wire. */
export type Piece = { field: Surface; text: string };
export type Speech = {
  pieces: readonly Piece[];
  finish: 'stop' | 'length';
  /** what was going on when a stop string or the limit ended it; undefined when the model came to its own end */
  cut: { by: 'stop' | 'length'; in: Channel } | undefined;
  tokens: { completion: number; thoughts: number; reply: number };
};

export type Asked = {
  wish: Wish | undefined;
  /** as the server takes them: over all that the model writes, thoughts and tags as well */
  stop: readonly string[];
  maxTokens: number;
  surface: Surface;
};

/** Tokens about as a real vocabulary makes them: up to four letters with the space before, two syllables of Korean, a character of any other script alone. */
export function tokensOf(text: string): string[] {
  return text.match(/ ?[!-~]{1,4}|\s|\p{Script=Hangul}{1,2}|[\u0080-\u{10ffff}]/gu) ?? [];
}

export function countTokens(text: string): number {
  return tokensOf(text).length;
}

export function speak(family: Family, { wish, stop, maxTokens, surface }: Asked): Speech {
  const all = tokens(family, wish);
  const stopped = stoppedAt(all, stop);
  const said = all.slice(0, Math.min(stopped.length, maxTokens));
  const last =
    said.length < stopped.length ? stopped[said.length] : stopped.length < all.length ? all[stopped.length] : undefined;
  const by = said.length < stopped.length ? 'length' : 'stop';
  const count = (channel: Channel) => said.filter((token) => token.channel === channel).length;
  return {
    pieces: said.flatMap((token) => wirePieces(token, surface)),
    finish: last && by === 'length' ? 'length' : 'stop',
    cut: last && { by, in: last.channel },
    tokens: { completion: said.length, thoughts: count('thoughts'), reply: count('reply') },
  };
}

/** All that the model would write if nothing ended it. */
function tokens(family: Family, wish: Wish | undefined): Token[] {
  const { tags, reply } = family;
  const thoughts = thoughtsOf(family, wish);
  const segments: Token[] = [];
  const block = thoughts ?? (family.toldNot === 'empty-block' ? '' : undefined);
  if (tags && block !== undefined) {
    const opened = tags.openedBy === 'template' && thoughts !== undefined;
    if (!opened) segments.push({ channel: 'tag', text: tags.open });
    segments.push({ channel: 'thoughts', text: block }, { channel: 'tag', text: tags.close });
  }
  segments.push({ channel: 'reply', text: reply + RUN_ON });
  if (tags?.end && block !== undefined) segments.push({ channel: 'tag', text: tags.end });
  return segments.flatMap(({ channel, text }) => tokensOf(text).map((token) => ({ channel, text: token })));
}

/** The tokens before the first stop string; a token in which one begins is cut there. */
function stoppedAt(all: readonly Token[], stops: readonly string[]): Token[] {
  const text = all.map((token) => token.text).join('');
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  if (found.length === 0) return [...all];
  const end = Math.min(...found);
  const kept: Token[] = [];
  let length = 0;
  for (const token of all) {
    if (length >= end) break;
    kept.push({ ...token, text: token.text.slice(0, end - length) });
    length += token.text.length;
  }
  return kept;
}

/** A server that parses drops the tags; an emoji may come in two halves, as some servers send it. */
function wirePieces({ channel, text }: Token, surface: Surface): Piece[] {
  const parsed = surface !== 'content';
  if (channel === 'tag' && parsed) return [];
  if (channel === 'thoughts' && surface === 'nowhere') return [];
  const field = channel === 'reply' ? 'content' : surface;
  const halves = text.length === 2 && /[\ud800-\udbff]/.test(text) ? [...text.split('')] : [text];
  return halves.map((half) => ({ field, text: half }));
}
