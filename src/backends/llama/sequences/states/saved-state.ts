import type { Token } from 'node-llama-cpp';

/** Whose state it is: a session with a persona, or (without session) the beginning that all sessions of a persona share. */
export type StateOwner = { persona: string; session?: string };

/**
 * `whole`: everything a sequence held; `opening`: up to before the last opening, for models that cannot rewind. An owner has at most
 * one of each.
 */
export type StateKind = 'whole' | 'opening';

/** What llama.cpp has computed of a sequence, in a file. */
export type SavedState = {
  readonly id: string;
  readonly owner: StateOwner;
  readonly kind: StateKind;
  /** everything that is evaluated in it, in order */
  readonly tokens: readonly Token[];
  /** of its file */
  readonly bytes: number;
};

/** A saved state that may not be loaded; the message says what is wrong with it, to be put behind its name. */
export class RefusedStateError extends Error {
  override readonly name = 'RefusedStateError';
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** llama.cpp says it in the system's words alone: those of Linux and macOS, of Windows, and our own. */
const OUT_OF_SPACE = /no space left|not enough space|quota exceeded|there was space for/i;

export function isOutOfSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) || OUT_OF_SPACE.test(error.message);
}
