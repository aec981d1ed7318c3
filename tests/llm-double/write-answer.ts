import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { ChatBody, Said } from './answer.ts';

/** How the double's counts come out: tokens are the pieces it sends, and a prompt's tokens are its words. */
function usageOf(body: ChatBody, replyTokens: number, said: Said): Record<string, unknown> {
  const prompt = body.messages.flatMap((message) => message.content.split(/\s+/).filter(Boolean)).length + 1;
  const reasoning = said.reasoning?.length ?? 0;
  const completion = replyTokens + reasoning;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(reasoning > 0 ? { completion_tokens_details: { reasoning_tokens: reasoning } } : {}),
    ...(said.usage === false ? {} : said.usage),
  };
}

/** Cuts a finite list of tokens where the first stop string begins, as a server does that holds back what may become one. */
function cutAtStop(tokens: Iterable<string>, stop: ChatBody['stop']): Iterable<string> {
  const stops = typeof stop === 'string' ? [stop] : (stop ?? []);
  if (stops.length === 0 || !Array.isArray(tokens)) return tokens;
  const text = tokens.join('');
  const cut = Math.min(...stops.map((one) => text.indexOf(one)).filter((at) => at >= 0), text.length);
  const kept: string[] = [];
  let length = 0;
  for (const token of tokens) {
    if (length >= cut) break;
    kept.push(token.slice(0, cut - length));
    length += token.length;
  }
  return kept;
}

/** Writes one said answer, as an event stream or as one JSON object. */
export async function writeAnswer(response: ServerResponse, body: ChatBody, said: Said): Promise<void> {
  await pause(said.headDelayMs);
  if (body.stream !== true || said.json === true) return writeJson(response, body, said);
  const stream = openStream(response, said);
  const { sent, reason, finished } = await writeTokens(stream, body, said);
  if (!finished) return;
  const finish = said.finishReason === undefined ? reason : said.finishReason;
  if (finish !== null) stream.chunk(body, { choices: [{ index: 0, delta: {}, finish_reason: finish }] });
  if (body.stream_options?.include_usage && said.usage !== false) {
    stream.chunk(body, { choices: [], usage: usageOf(body, sent, said) });
  }
  if (said.done !== false) stream.event('[DONE]');
  await stream.end();
}

type Stream = ReturnType<typeof openStream>;

/** The event stream: writes at once, or keeps all bytes and writes them in pieces when it ends. */
function openStream(response: ServerResponse, said: Said) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  response.flushHeaders();
  const lineEnd = said.lineEnd ?? '\n';
  const kept: Buffer[] = [];
  const write = (text: string): void => {
    const bytes = Buffer.from(text.replaceAll('\n', lineEnd));
    if (said.bytes) kept.push(bytes);
    else response.write(bytes);
  };
  return {
    response,
    write,
    event: (data: string) => write(`data: ${data}\n\n`),
    chunk(body: ChatBody, fields: Record<string, unknown>): void {
      write(
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: body.model, ...fields })}\n\n`,
      );
    },
    async end(): Promise<void> {
      for (const piece of cutBytes(Buffer.concat(kept), said.bytes)) {
        response.write(piece);
        await wait(1);
      }
      response.end();
    },
  };
}

function cutBytes(all: Buffer, bytes: Said['bytes']): Buffer[] {
  if (!bytes) return [];
  if ('splitAt' in bytes)
    return [all.subarray(0, bytes.splitAt), all.subarray(bytes.splitAt)].filter((piece) => piece.length > 0);
  const pieces: Buffer[] = [];
  for (let at = 0; at < all.length; at += bytes.every) pieces.push(all.subarray(at, at + bytes.every));
  return pieces;
}

type Written = { sent: number; reason: string; finished: boolean };

async function writeTokens(stream: Stream, body: ChatBody, said: Said): Promise<Written> {
  const delta = (fields: Record<string, unknown>) =>
    stream.chunk(body, { choices: [{ index: 0, delta: fields, finish_reason: null }] });
  delta({ role: 'assistant', content: '' });
  for (const text of said.reasoning ?? []) delta({ [said.reasoningField ?? 'reasoning_content']: text });
  await pause(said.firstDelayMs);
  const { tokens, most } = honoured(body, said);
  let sent = 0;
  for (const token of tokens) {
    if (sent === most) return { sent, reason: 'length', finished: true };
    if (stream.response.destroyed || sent === said.fault?.after) break;
    await beforeToken(stream, said, sent);
    delta({ content: token });
    sent += 1;
  }
  if (said.fault && !stream.response.destroyed) await breakOff(stream, said.fault);
  return { sent, reason: 'stop', finished: !said.fault && !stream.response.destroyed };
}

async function beforeToken(stream: Stream, said: Said, sent: number): Promise<void> {
  if (sent > 0) await pause(said.delayMs);
  // A stream without an end must leave room for the rest of the process.
  if (sent % 64 === 63) await wait(1);
  if (said.pings) stream.write(': ping\n\n');
}

/** The tokens with the request's stop and max_tokens honoured, or all of them. */
function honoured(body: ChatBody, said: Said): { tokens: Iterable<string>; most: number } {
  if (said.honour === false) return { tokens: said.tokens, most: Number.POSITIVE_INFINITY };
  return { tokens: cutAtStop(said.tokens, body.stop), most: body.max_tokens ?? Number.POSITIVE_INFINITY };
}

async function pause(ms: number | undefined): Promise<void> {
  if (ms) await wait(ms);
}

async function breakOff(stream: Stream, fault: NonNullable<Said['fault']>): Promise<void> {
  if (fault.kind === 'error') {
    stream.event(JSON.stringify({ error: fault.error }));
    await stream.end();
    return;
  }
  if (fault.kind === 'end') {
    await stream.end();
    return;
  }
  if (fault.kind === 'ping-only') {
    while (!stream.response.destroyed) {
      stream.write(': ping\n\n');
      await wait(10);
    }
    return;
  }
  // Let what was said arrive first: a reset discards what the kernel has not sent.
  await wait(30);
  if (fault.kind === 'reset') stream.response.socket?.resetAndDestroy();
}

function writeJson(response: ServerResponse, body: ChatBody, said: Said): void {
  const tokens = [...(said.honour === false ? said.tokens : cutAtStop([...said.tokens], body.stop))];
  const kept = said.honour === false ? tokens : tokens.slice(0, body.max_tokens ?? tokens.length);
  const reason = said.finishReason === undefined ? (kept.length < tokens.length ? 'length' : 'stop') : said.finishReason;
  const message = { role: 'assistant', content: kept.join('') };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'c',
      object: 'chat.completion',
      created: 0,
      model: body.model,
      choices: [{ index: 0, message, finish_reason: reason }],
      ...(said.usage === false ? {} : { usage: usageOf(body, kept.length, said) }),
    }),
  );
}
