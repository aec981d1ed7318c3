import { ConfigError, describeProblem, TroupeError } from '../errors.ts';
import { redact } from '../log.ts';
import { withoutControls } from '../safety/sanitise.ts';

/** Says on stderr what ended a command: expected errors as sentences, one a problem; a fault of the program with its stack. */
export function reportError(error: unknown): void {
  for (const line of describe(error)) process.stderr.write(`${redact(withoutControls(line))}\n`);
}

function describe(error: unknown): string[] {
  if (error instanceof ConfigError) return error.problems.map((problem) => `troupe: ${describeProblem(problem)}`);
  if (error instanceof TroupeError) return error.message.split('\n').map((line) => `troupe: ${line}`);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [`troupe: this is a fault of the program; please report it with these lines.\n${stack}`];
}

/** 0 done, 1 failed, 2 wrong usage, 78 wrong configuration. */
export function exitCodeOf(error: unknown): number {
  return error instanceof TroupeError ? error.exitCode : 1;
}

/** Takes the exit code that a command gives; none is 0. */
export async function endWell(command: Promise<number | undefined>): Promise<void> {
  process.exitCode = (await command) ?? 0;
}
