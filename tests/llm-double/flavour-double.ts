// A server of one flavour with one model loaded, on loopback: it answers as that server does when that model runs in it.
import type { ServerResponse } from 'node:http';
import type { Family } from './families/family.ts';
import type { Body, Dialect, Flavour, Heard, Served } from './flavours/flavour.ts';
import { recordOf } from './flavours/read-body.ts';
import { type LoopbackServer, type RecordedRequest, sendPage, startLoopbackServer } from './loopback-server.ts';
import { type Fault, sendFrames } from './send-frames.ts';
import { type Piece, type Speech, speak } from './speech.ts';

/** One request for a reply, and what became of it. */
export type Exchange = {
  path: string;
  body: Body;
  /** what the server read of it; undefined when it refused */
  heard: Heard | undefined;
  refusal: string | undefined;
  speech: Speech | undefined;
};

export type FlavourDouble = LoopbackServer & {
  /** what a client is configured with */
  baseUrl: string;
  served: Served;
  exchanges: Exchange[];
};

export type FlavourDoubleOptions = {
  flavour: Flavour;
  family: Family;
  /** tokens of prompt and reply together, as really served; for Ollama when no request asks for more (default 16,384) */
  window?: number;
  /** tokens that the model was trained for (default 40,960) */
  trained?: number;
  /** which of the kinds of server of this flavour it is (default 0) */
  variety?: number;
  /** cut the bytes of streams into pieces of 1 to so many */
  pieces?: number;
  /** every third delta is empty */
  blanks?: boolean;
  fault?: Fault;
};

export async function startFlavourDouble(options: FlavourDoubleOptions): Promise<FlavourDouble> {
  const { flavour, family, window = 16_384, trained = 40_960, variety = 0 } = options;
  const served: Served = { family, model: flavour.nameOf(family), window, trained, variety };
  const exchanges: Exchange[] = [];

  async function respond({ method, path, body }: RecordedRequest, response: ServerResponse): Promise<void> {
    const route = `${method} ${path}`;
    const dialect = method === 'POST' ? flavour.dialects[path] : undefined;
    const page = flavour.pages[route];
    if (dialect) await answer(dialect, path, recordOf(body), response);
    else if (page) sendPage(response, page(served, recordOf(body)));
    else sendPage(response, flavour.unknown(route));
  }

  async function answer(dialect: Dialect, path: string, body: Body, response: ServerResponse): Promise<void> {
    const heard = dialect.read(body, served);
    if ('refusal' in heard) {
      exchanges.push({ path, body, heard: undefined, refusal: heard.refusal.body, speech: undefined });
      sendPage(response, heard.refusal);
      return;
    }
    const { dials, wish, surface } = heard;
    const speech = speak(family, {
      wish,
      surface,
      stop: dials.stop ?? [],
      maxTokens: dials.maxTokens ?? Number.POSITIVE_INFINITY,
    });
    exchanges.push({ path, body, heard, refusal: undefined, speech });
    const { contentType } = dialect;
    const { pieces = 0, fault } = options;
    const frames = dialect.frames(options.blanks ? withBlanks(speech) : speech, heard, served);
    const seed = exchanges.length + variety;
    await sendFrames(response, faulty(frames, dialect, fault), { contentType, pieces, seed, ...(fault ? { fault } : {}) });
  }

  const server = await startLoopbackServer(respond);
  return { ...server, baseUrl: `http://127.0.0.1:${server.port}${flavour.base}`, served, exchanges };
}

/** Servers send empty deltas while they hold back what may become something else. */
function withBlanks(speech: Speech): Speech {
  const pieces: Piece[] = speech.pieces.flatMap((piece, at) =>
    at % 3 === 2 ? [{ field: piece.field, text: '' }, piece] : [piece],
  );
  return { ...speech, pieces };
}

/** The error frame comes in place of the frame at which the stream fails. */
function* faulty(frames: Iterable<string>, dialect: Dialect, fault: Fault | undefined): Generator<string> {
  let sent = 0;
  for (const frame of frames) {
    if (fault?.kind === 'error' && sent === fault.after - 1) yield dialect.errorFrame(fault.message);
    else yield frame;
    sent += 1;
  }
}
