import { withoutControls } from '../safety/sanitise.ts';

/** Lines on stdout, which is a command's answer and nothing else. What people wrote moves no cursor and turns no text around. */
export function print(lines: readonly string[]): undefined {
  process.stdout.write(lines.map((line) => `${withoutControls(line)}\n`).join(''));
}

/** One JSON value on stdout. */
export function printJson(value: unknown): undefined {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A number with its noun: `1 server`, `2 servers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
