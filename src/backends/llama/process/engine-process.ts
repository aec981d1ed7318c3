import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ReplyPart, ReplyRequest } from '../../../chat.ts';
import type { BackendFailure } from '../../../errors.ts';
import { type Logger, relay } from '../../../log.ts';
import { createLine } from './line.ts';
import type { Answers, Order, Report } from './protocol.ts';

const PROGRAM = fileURLToPath(new URL('../engine/main.ts', import.meta.url));
const REMEMBERED_COMPLAINT = 2000; // UTF-16 units of the last that was written to stderr

/** Why nothing more comes of an order. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  readonly failure: BackendFailure;
  /** the process itself ended, and with it everything that was asked of it */
  readonly crashed: boolean;

  constructor(failure: BackendFailure, message: string, crashed = false) {
    super(message);
    this.failure = failure;
    this.crashed = crashed;
  }
}

type Listener = { hear(parts: readonly ReplyPart[]): void; done(value: unknown): void; fail(reason: EngineFailure): void };
type OrderOf<Type extends Order['type']> = Omit<Extract<Order, { type: Type }>, 'id' | 'type'>;

/** One run of the engine's process, from its start to its end. */
export type EngineProcess = {
  readonly pid: number | undefined;
  /** Rejects with EngineFailure. The signal stops what the engine can stop. */
  ask<Type extends keyof Answers>(type: Type, order: OrderOf<Type>, signal?: AbortSignal): Promise<Answers[Type]>;
  /** The parts of a reply as they come, in the bundles in which they came. Rejects with EngineFailure. Leaving the loop stops it. */
  reply(request: ReplyRequest, signal: AbortSignal): AsyncGenerator<readonly ReplyPart[]>;
  /** Resolves when it has ended, with how. Never rejects. */
  readonly ended: Promise<string>;
  kill(): void;
};

export function startEngineProcess(log: Logger): EngineProcess {
  const child = fork(PROGRAM, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const listeners = new Map<number, Listener>();
  let lastId = 0;
  let complaint = '';

  const hear = (report: Report): void => {
    if (report.type === 'log') {
      relay(log, report.line);
      return;
    }
    const listener = listeners.get(report.id);
    if (report.type === 'parts') listener?.hear(report.parts);
    else listeners.delete(report.id);
    if (report.type === 'done') listener?.done(report.value);
    if (report.type === 'failed') listener?.fail(new EngineFailure(report.failure, report.message));
  };
  const write = (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-REMEMBERED_COMPLAINT);
    log.warn({ from: 'llama.cpp' }, chunk.toString().trim());
  };
  const tell = (order: Order): void => {
    if (child.connected) child.send(order, () => undefined); // that it ended is heard by `ended`
  };
  child.on('message', hear);
  child.stderr?.on('data', write);
  child.stdout?.on('data', write);
  const ended = endOf(child).then((how) => {
    const reason = [how, tellingLine(complaint)].filter(Boolean).join(': ');
    for (const listener of listeners.values()) listener.fail(new EngineFailure('broken-reply', reason, true));
    listeners.clear();
    return reason;
  });

  function listen(listener: Listener): number {
    lastId += 1;
    if (child.exitCode !== null || child.signalCode !== null) {
      listener.fail(new EngineFailure('unreachable', 'it has ended', true));
    } else listeners.set(lastId, listener);
    return lastId;
  }

  return {
    pid: child.pid,
    ended,
    kill: () => void child.kill('SIGKILL'),
    async ask<Type extends keyof Answers>(type: Type, order: OrderOf<Type>, signal?: AbortSignal) {
      const { promise, resolve, reject } = Promise.withResolvers<Answers[Type]>();
      // The report on an order carries the value that `Answers` names for its type.
      const done = (value: unknown) => resolve(value as Answers[Type]);
      const id = listen({ hear: () => undefined, done, fail: reject });
      const stop = () => tell({ type: 'stop', id });
      tell({ type, id, ...order } as Order);
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted) stop();
      try {
        return await promise;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
    async *reply(request, signal) {
      const line = createLine<readonly ReplyPart[]>();
      const id = listen({ hear: line.push, done: line.end, fail: line.fail });
      const stop = () => tell({ type: 'stop', id });
      signal.addEventListener('abort', stop, { once: true });
      try {
        tell({ type: 'reply', id, request });
        if (signal.aborted) stop();
        yield* line.read();
      } finally {
        signal.removeEventListener('abort', stop);
        if (listeners.has(id)) stop();
      }
    },
  };
}

/** Of what it wrote before its end, the line that says why. */
function tellingLine(complaint: string): string | undefined {
  const lines = complaint.split('\n').map((line) => line.trim());
  return lines.findLast((line) => /error|assert|abort|terminate|memory/i.test(line)) ?? lines.findLast((line) => line !== '');
}

/** How a process ended, in words. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // `close` comes after `exit`, when everything it wrote has been read.
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
}
