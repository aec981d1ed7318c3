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
 * The text with these values set: the line that sets a name is replaced (an empty `# NAME=` as well), a new name goes to the end,
 * `undefined` puts a `#` before the line, and all other lines stay as they are.
 */
export function editDotEnv(text: string, values: Readonly<Record<string, string | undefined>>): string {
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  for (const [name, value] of Object.entries(values)) {
    // The last line that sets a name is the one that counts when the file is read.
    const set = lines.findLastIndex((line) => ASSIGNMENT.exec(line)?.[1] === name);
    const at = set === -1 ? lines.findIndex((line) => new RegExp(`^#\\s*${name}=\\s*$`).test(line)) : set;
    if (value !== undefined) lines.splice(at === -1 ? lines.length : at, at === -1 ? 0 : 1, `${name}=${writeValue(value)}`);
    else if (set !== -1) lines[set] = `# ${lines[set]}`;
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function writeValue(value: string): string {
  if (!/[\s#"']/.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
