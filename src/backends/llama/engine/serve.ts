import { setTimeout as wait } from 'node:timers/promises';
import type { ReplyPart, ReplyRequest } from '../../../chat.ts';
import { BackendError, messageOf } from '../../../errors.ts';
import { createRelayLog } from '../../../log.ts';
import type { PeekRequest, TokenOdds } from '../../backend.ts';
import type { Answers, OpenOrder, Order, Report } from '../process/protocol.ts';
import { peekOdds } from './odds.ts';
import { type Engine, openEngine } from './open-engine.ts';
import { type Fail, speakReply } from './speak-reply.ts';

const LAST_WORDS_MS = 2000;

type Opened = { engine: Engine; fail: Fail };

/** Obeys orders and reports on each: an engine that knows nothing of processes. */
export function serve(report: (message: Report) => void): (order: Order) => void {
  const log = createRelayLog((line) => report({ type: 'log', line }));
  const replies = new Map<number, AbortController>();
  let opened: Opened | undefined;

  function ready(): Opened {
    if (!opened) throw new Error('The engine was asked before its model was open.');
    return opened;
  }

  async function open(order: OpenOrder): Promise<Answers['open']> {
    const fail: Fail = (failure, message, cause) => new BackendError(order.name, failure, message, { cause });
    const engine = await openEngine(order, log).catch((error: unknown) => {
      throw fail('rejected', messageOf(error), error);
    });
    opened = { engine, fail };
    return { model: engine.facts, contextTokens: engine.contextTokens, gpu: engine.gpu, sequences: engine.sequences.total };
  }

  async function reply(id: number, request: ReplyRequest): Promise<undefined> {
    const stopping = new AbortController();
    replies.set(id, stopping);
    const send = createPartSender((parts) => report({ type: 'parts', id, parts }));
    try {
      for await (const part of speakReply({ ...ready(), request, signal: stopping.signal })) send.push(part);
    } finally {
      send.flush();
      replies.delete(id);
    }
  }

  async function peek(id: number, request: PeekRequest): Promise<TokenOdds> {
    const stopping = new AbortController();
    replies.set(id, stopping);
    try {
      return await peekOdds({ ...ready(), request, signal: stopping.signal });
    } finally {
      replies.delete(id);
    }
  }

  async function forget(session: string): Promise<undefined> {
    await ready().engine.sequences.forget(session);
  }

  async function close(): Promise<undefined> {
    for (const stopping of replies.values()) stopping.abort();
    // They give their sequences back, whose states can be saved then.
    const deadline = Date.now() + LAST_WORDS_MS;
    while (replies.size > 0 && Date.now() < deadline) await wait(2);
    await opened?.engine.close();
  }

  async function answer<Value extends Answers[keyof Answers]>(id: number, work: () => Promise<Value> | Value): Promise<void> {
    try {
      report({ type: 'done', id, value: await work() });
    } catch (error) {
      report({ type: 'failed', id, ...describeFailure(error) });
    }
  }

  return (order) => {
    const { id } = order;
    switch (order.type) {
      case 'open':
        return void answer(id, () => open(order.order));
      case 'reply':
        return void answer(id, () => reply(id, order.request));
      case 'stop':
        return replies.get(id)?.abort();
      case 'peek':
        return void answer(id, () => peek(id, order.request));
      case 'count':
        return void answer(id, () => order.texts.map((text) => ready().engine.tokeniser.content(text).length));
      case 'forget':
        return void answer(id, () => forget(order.session));
      case 'close':
        return void answer(id, close);
    }
  };
}

/** Parts that come in one turn of the event loop travel together: a message costs more than what it carries. */
function createPartSender(send: (parts: ReplyPart[]) => void): { push(part: ReplyPart): void; flush(): void } {
  let held: ReplyPart[] = [];
  const flush = () => {
    if (held.length > 0) send(held);
    held = [];
  };
  return {
    push(part) {
      held.push(part);
      if (held.length === 1) setImmediate(flush);
    },
    flush,
  };
}

/** The other side puts the backend's name before the sentence again. */
function describeFailure(error: unknown): Pick<Extract<Report, { type: 'failed' }>, 'failure' | 'message'> {
  if (!(error instanceof BackendError)) return { failure: 'broken-reply', message: messageOf(error) };
  return { failure: error.failure, message: error.message.slice(`${error.backend}: `.length) };
}
