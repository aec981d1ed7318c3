import type { Problem } from '../errors.ts';

export type DotEnv = { values: ReadonlyMap<string, { value: string; line: number }>; problems: readonly Problem[] };

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/**
 * Reads the text of a .env file: `NAME=value` lines, `#` comments, values in single or double quotes. Nothing is expanded, so a
 * secret may hold any character; in an unquoted value a comment begins at ` #`.
 */
export function parseDotEnv(text: string, file: string): DotEnv {
  const values = new Map<string, { value: string; line: number }>();
  const problems: Problem[] = [];
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (/^\s*(#|$)/.test(content)) continue;
    const [, name, written] = ASSIGNMENT.exec(content) ?? [];
    const value = written === undefined ? undefined : readValue(written.trim());
    if (name === undefined) problems.push({ file, line, message: 'this is no NAME=value line; a comment begins with #.' });
    else if (value === undefined)
      problems.push({ file, line, path: name, message: 'the quote is not closed on the same line.' });
    else values.set(name, { value, line });
  }
  return { values, problems };
}

function readValue(written: string): string | undefined {
  const quote = written[0];
  if (quote !== '"' && quote !== "'") return written.replace(/(^|\s+)#.*$/, '');
  const end = written.indexOf(quote, 1);
  return end === -1 ? undefined : written.slice(1, end);
}

/**
 * The text with these values set: a line that sets the name is replaced (a commented-out one as well, when no other does), new names go
 * to the end, `undefined` takes the line out, and all other lines stay as they are.
 */
export function editDotEnv(text: string, values: Readonly<Record<string, string | undefined>>): string {
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  for (const [name, value] of Object.entries(values)) {
    const at = findLine(lines, name, value !== undefined);
    if (value === undefined) {
      if (at !== -1) lines.splice(at, 1);
    } else if (at === -1) lines.push(`${name}=${writeValue(value)}`);
    else lines[at] = `${name}=${writeValue(value)}`;
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The last line that sets the name is the one that counts when the file is read. */
function findLine(lines: readonly string[], name: string, orCommented: boolean): number {
  const set = lines.findLastIndex((line) => ASSIGNMENT.exec(line)?.[1] === name);
  if (set !== -1 || !orCommented) return set;
  return lines.findIndex((line) => new RegExp(`^#\\s*${name}=`).test(line));
}

function writeValue(value: string): string {
  if (!/[\s#"']/.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
