import { type Logger, pino } from 'pino';
import { messageOf, TroupeError } from './errors.ts';

export type { Logger } from 'pino';

const SECRET_FIELDS = ['token', 'apiKey', 'authorization', 'password', 'secret', 'key'];

/** The shapes of secrets, wherever they stand in a text: Discord bot tokens, `sk-` keys, bearer headers, passwords in URLs. */
const SECRET_PATTERNS: readonly [RegExp, string][] = [
  [/[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g, '[discord-token]'],
  [/\bsk-[\w-]{16,}/g, '[api-key]'],
  [/\b(Bearer|Bot) [\w.~+/-]{8,}=*/g, '$1 [secret]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:[secret]@'],
];

/** The text with everything that looks like a secret replaced. */
export function redact(text: string): string {
  return SECRET_PATTERNS.reduce((clean, [pattern, label]) => clean.replace(pattern, label), text);
}

/**
 * What was expected needs its sentence and what caused it; what was not needs its stack too. Fields of an error are left out but for
 * its code: libraries put whole requests there, with what people said in them.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const causes: string[] = [];
  for (let cause = error.cause; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    causes.push(messageOf(cause));
  }
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && error.code !== undefined ? { code: error.code } : {}),
    ...(causes.length > 0 ? { causes } : {}),
    ...(error instanceof TroupeError ? {} : { stack: error.stack }),
  };
}

/**
 * The program's log: JSON lines on stderr, so that stdout stays the replies' alone. Secrets are taken out by field name and by
 * shape; no text of a message is logged at `info` or above.
 */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[secret]' },
      serializers: { error: describeError },
      hooks: { streamWrite: redact },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** The log for people at a terminal: one plain line for each, with the reason and without anything around it. */
export function createPlainLog(level: string, write: (line: string) => void): Logger {
  const lines = {
    write(json: string) {
      const { msg, error }: { msg?: string; error?: { message?: string } } = JSON.parse(json);
      write(redact(`troupe: ${error?.message ?? msg ?? ''}\n`));
    },
  };
  return pino({ level, base: null, serializers: { error: describeError } }, lines);
}

/** A log that says nothing, for commands whose stderr is for people. */
export function silentLog(): Logger {
  return pino({ level: 'silent' });
}

/** The log of another process of ours: each line goes, as JSON, to the one that has a log. */
export function createRelayLog(write: (line: string) => void): Logger {
  return pino({ level: 'debug', base: null, timestamp: false, serializers: { error: describeError } }, { write });
}

/** Logs a line of `createRelayLog`. */
export function relay(log: Logger, line: string): void {
  const { level, msg, ...fields }: { level: number; msg?: string } & Record<string, unknown> = JSON.parse(line);
  const label = pino.levels.labels[level];
  if (label === 'debug' || label === 'info' || label === 'warn' || label === 'error' || label === 'fatal')
    log[label](fields, msg);
}
