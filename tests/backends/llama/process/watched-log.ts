// A log whose lines a test can read and wait for.
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { type Logger, pino } from 'pino';

export type LogLine = { level: number; msg: string } & Record<string, unknown>;
export type WatchedLog = {
  log: Logger;
  lines: LogLine[];
  /** The nth line that says this, once it is there. */
  line(says: string, nth?: number): Promise<LogLine>;
};

export function watchLog(): WatchedLog {
  const stream = new PassThrough();
  const lines: LogLine[] = [];
  stream.on('data', (chunk: Buffer) => {
    for (const json of chunk.toString().split('\n')) if (json !== '') lines.push(JSON.parse(json));
  });
  return {
    log: pino({ level: 'debug' }, stream),
    lines,
    async line(says, nth = 1) {
      for (;;) {
        const found = lines.filter(({ msg }) => msg.includes(says))[nth - 1];
        if (found) return found;
        await once(stream, 'data');
      }
    },
  };
}
