import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

export type Sending = {
  contentType: string;
  /** cut the bytes anywhere: pieces of 1 to so many bytes, the same for the same seed; 0 sends frame by frame */
  pieces?: number;
  seed?: number;
  /** after so many frames: reset the connection, end it cleanly with nothing more, say nothing more, or send this error frame */
  fault?: Fault;
};
export type Fault = { after: number; kind: 'reset' | 'end' | 'hang' } | { after: number; kind: 'error'; message: string };

/** Writes a stream as a server would, or as the network would have it. */
export async function sendFrames(response: ServerResponse, frames: Iterable<string>, sending: Sending): Promise<void> {
  response.writeHead(200, { 'content-type': sending.contentType, 'cache-control': 'no-cache' });
  response.socket?.setNoDelay(true);
  const sent = [...frames].slice(0, sending.fault?.after);
  for (const piece of cut(Buffer.from(sent.join('')), sending)) {
    if (response.destroyed) return;
    response.write(piece);
    // Another turn of the event loop: the reader gets what is there, in pieces as they are.
    await nextTurn();
  }
  const kind = sending.fault?.kind ?? 'end';
  if (kind === 'end' || kind === 'error') response.end();
  // Let what was said arrive first: a reset discards what the kernel has not sent.
  if (kind === 'reset') await wait(30).then(() => response.socket?.resetAndDestroy());
}

function cut(bytes: Buffer, { pieces = 0, seed = 1 }: Sending): Buffer[] {
  if (pieces === 0) return [bytes];
  const cuts: Buffer[] = [];
  let state = seed;
  for (let at = 0; at < bytes.length; ) {
    // A linear congruential generator: enough to cut at every kind of place, and the same at every run.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const length = 1 + (state % pieces);
    cuts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return cuts;
}
