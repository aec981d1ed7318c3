// What a server is to its clients: the pages it is known by, what it reads of a request, what it refuses, how it streams.
import type { Page } from '../answer.ts';
import type { Family, Wish } from '../families/family.ts';
import type { Speech, Surface } from '../speech.ts';

/** The one model that a server has loaded. */
export type Served = {
  family: Family;
  /** its name on this server */
  model: string;
  /** tokens of prompt and reply together, as really served */
  window: number;
  /** what the model was trained for */
  trained: number;
  /** servers of one kind differ from one another in what they accept; this decides how */
  variety: number;
  /** the context with which the model is loaded now, where a request decides it */
  loaded?: number;
};

/** The dials as a server understood them; what it does not read is not here. */
export type HeardDials = {
  temperature?: number;
  maxTokens?: number;
  topP?: number;
  topK?: number;
  minP?: number;
  repeatPenalty?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  stop?: readonly string[];
  seed?: number;
  /** whether they are on: the strength of `dry`, the probability of `xtc` */
  dry?: number;
  xtc?: number;
  logitBias?: unknown;
};

export type Heard = {
  model: string;
  /** in tokens of the double, before anything is cut */
  prompt: number;
  /** of them, how many the server really used: fewer when it cut the prompt without a word */
  used: number;
  wish: Wish | undefined;
  dials: HeardDials;
  surface: Surface;
  /** whether the stream should end with the token counts */
  usage: boolean;
  /** the context it was asked to serve, where a server can be asked; 'default' when nobody asked */
  numCtx?: number | 'default';
};

export type Body = Readonly<Record<string, unknown>>;

/** One way of speaking to a server: an address, how its requests are read, how the answer streams. */
export type Dialect = {
  read(body: Body, served: Served): Heard | { refusal: Page };
  contentType: string;
  /** the text of the stream, frame by frame */
  frames(speech: Speech, heard: Heard, served: Served): Generator<string>;
  /** an error after the stream has begun */
  errorFrame(message: string): string;
};

export type Flavour = {
  name: string;
  /** path of the API's base, that clients are configured with */
  base: string;
  nameOf(family: Family): string;
  /** by 'METHOD /path' */
  pages: Readonly<Record<string, (served: Served, body: Body) => Page>>;
  dialects: Readonly<Record<string, Dialect>>;
  /** the answer to an address that it does not have */
  unknown(route: string): Page;
};

export function json(status: number, value: unknown): Page {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}

export function notFound(route: string): Page {
  return json(404, { error: { message: `Not found: ${route}`, type: 'invalid_request_error', code: 404 } });
}
