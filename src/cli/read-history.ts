import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Turn } from '../chat.ts';
import { messageOf, reasonOf, UsageError } from '../errors.ts';
import { describeShape } from './describe-shape.ts';

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

/** When something was said that tells no time, ms: the same on every run, so that a template with a date writes the same bytes. */
export const UNTOLD_AT = 0;

const SHOWN_AT_MOST = 10;
const EXPECTED = '{"role":"user" or "assistant","name":"Mina","text":"..."}, one object a line';

/** The turns of a history file. Throws UsageError with file and line for each line that is none, ten of them at most. */
export async function readHistory(file: string): Promise<Turn[]> {
  const text = await readText(file);
  const turns: Turn[] = [];
  const complaints: string[] = [];
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '') continue;
    const line = readLine(content);
    if (typeof line === 'string') complaints.push(`${file}, line ${index + 1}: ${line}.`);
    else turns.push(toTurn(line, turns.length + 1));
  }
  if (complaints.length === 0) return turns;
  const more = complaints.length - SHOWN_AT_MOST;
  const rest = more > 0 ? [`${file}: ${more} more lines cannot be read.`] : [];
  throw new UsageError([...complaints.slice(0, SHOWN_AT_MOST), ...rest].join('\n'));
}

/** The text of a file that a command names. Throws UsageError. */
export async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${reasonOf(error)}).`, { cause: error });
  }
}

/** The line, or what is wrong with it. */
function readLine(content: string): HistoryLine | string {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return `this is not JSON (${messageOf(error)}); expected ${EXPECTED}`;
  }
  const line = lineSchema.safeParse(value);
  return line.success ? line.data : describeShape(line.error, value);
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
    at: at === undefined ? UNTOLD_AT : Date.parse(at),
  };
}
