// A class exists only where somebody acts differently on it; otherwise a word (`failure`) tells cases apart.

/** Base of every expected error. `message` is one sentence that may be shown to an operator: what, where, what to do. */
export class TroupeError extends Error {
  override readonly name: string = 'TroupeError';
  /** exit code when it ends a command: 1 failed, 2 wrong usage, 78 wrong configuration (EX_CONFIG of sysexits.h) */
  readonly exitCode: 1 | 2 | 78 = 1;
}

/** A command was called with words or files it cannot take. */
export class UsageError extends TroupeError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

/** One problem in a file that an operator wrote. Lines and columns count from 1. */
export type Problem = { file: string; line?: number; path?: string; message: string };

/** The configuration cannot be used. Carries every problem at once. */
export class ConfigError extends TroupeError {
  override readonly name = 'ConfigError';
  override readonly exitCode = 78;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(describeProblem).join('\n'), options);
    this.problems = problems;
  }
}

export function describeProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return problem.path ? `${place}: ${problem.path}: ${problem.message}` : `${place}: ${problem.message}`;
}

/**
 * What went wrong between us and a model.
 * - `unreachable`: no connection, or it broke before anything was said
 * - `rate-limited`: the server asks us to wait
 * - `rejected`: the server understood and refused (key, model name, parameter)
 * - `too-long`: the prompt does not fit the context window
 * - `busy`: no sequence or slot is free
 * - `broken-reply`: the reply began and did not end as the protocol demands, or was empty
 */
export type BackendFailure = 'unreachable' | 'rate-limited' | 'rejected' | 'too-long' | 'busy' | 'broken-reply';

/** The only error a backend throws while it answers. The vendor's error is the `cause`. */
export class BackendError extends TroupeError {
  override readonly name = 'BackendError';
  readonly backend: string;
  readonly failure: BackendFailure;
  /** when the server said so: ms to wait before trying again */
  readonly retryAfterMs?: number;

  constructor(
    backend: string,
    failure: BackendFailure,
    message: string,
    options: ErrorOptions & { retryAfterMs?: number } = {},
  ) {
    super(`${backend}: ${message}`, options);
    this.backend = backend;
    this.failure = failure;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** The store did not do what was asked. Nobody may answer from an empty memory after it. */
export class StoreError extends TroupeError {
  override readonly name = 'StoreError';
  override readonly exitCode: 1 | 78;

  /** `misplaced`: no store can be where the configuration puts it, today or tomorrow */
  constructor(message: string, { misplaced = false, ...options }: ErrorOptions & { misplaced?: boolean } = {}) {
    super(message, options);
    this.exitCode = misplaced ? 78 : 1;
  }
}

/** A chat template cannot be parsed, or cannot show what must be shown. */
export class TemplateError extends TroupeError {
  override readonly name = 'TemplateError';
}

/** The prompt cannot be made to fit: what may not be left out is already too long. Counts are tokens. */
export class PromptTooLongError extends TroupeError {
  override readonly name = 'PromptTooLongError';
  readonly needed: number;
  readonly available: number;

  constructor(needed: number, available: number) {
    super(
      `The message with its instructions needs ${needed} tokens and the model takes ${available}: shorten the message or the persona, or use a model with a larger context window.`,
    );
    this.needed = needed;
    this.available = available;
  }
}

/** The text of a thrown value without the path that Node puts behind it, for sentences that name the file themselves. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/, \w+( '.*')?$/s, '');
}

/** The text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
