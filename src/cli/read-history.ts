import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Turn } from '../chat.ts';
import { messageOf, UsageError } from '../errors.ts';

const lineSchema = z.object({
  role: z.enum(['user', 'assistant']),
  name: z.string().min(1),
  text: z.string(),
  id: z.string().optional(),
  /** ms since the epoch, as a date in a text */
  at: z.iso.datetime().optional(),
});

/** A turn as one line of a history file; `session export` writes all of it, by hand the first three are enough. */
export type HistoryLine = z.infer<typeof lineSchema>;

const EXPECTED = '{"role":"user" or "assistant","name":"Mina","text":"..."}, one object a line';

/** The turns of a history file. Throws UsageError with file and line for the first line that is none. */
export async function readHistory(file: string): Promise<Turn[]> {
  const text = await readText(file);
  const lines = text.split(/\r?\n/).map((content, index) => ({ content, place: `${file}:${index + 1}` }));
  return lines
    .filter(({ content }) => content.trim() !== '')
    .map(({ content, place }, index) => toTurn(readLine(content, place), index + 1));
}

/** The text of a file that a command names. Throws UsageError. */
export async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${messageOf(error)}).`, { cause: error });
  }
}

function readLine(content: string, place: string): HistoryLine {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new UsageError(`${place}: this is not JSON (${messageOf(error)}); expected ${EXPECTED}.`, { cause: error });
  }
  const line = lineSchema.safeParse(value);
  if (line.success) return line.data;
  const wrong = [...new Set(line.error.issues.map((issue) => String(issue.path[0] ?? 'the object')))].join(' and ');
  throw new UsageError(`${place}: ${wrong} cannot be read as a turn; expected ${EXPECTED}.`);
}

function toTurn({ role, name, text, id, at }: HistoryLine, seq: number): Turn {
  return {
    seq,
    id: id ?? `h${seq}`,
    role,
    author: { kind: role === 'user' ? 'member' : 'persona', id: name, name },
    source: 'synthetic',
    variants: [{ text, messageIds: [] }],
    chosen: 0,
    at: at === undefined ? 0 : Date.parse(at),
  };
}
