import { untilAborted } from '../../until-aborted.ts';
import type { TokenCounts } from '../count-tokens.ts';
import { type Attempt, learnFromReply } from './learn-lessons.ts';

/** The end of a reply is held back until it is known what it teaches: no longer than people wait for a notice. */
const LONGEST_MS = 10_000;

/**
 * Learns from a reply before anybody is told that it ended, but holds that back no longer than the limit in ms, and not at all when
 * nobody waits for the reply any more. What was begun goes on; no further question is put to the server then.
 */
export async function learnInTime(attempt: Attempt, counts: TokenCounts, limitMs = LONGEST_MS): Promise<void> {
  const signal = AbortSignal.any([attempt.signal, AbortSignal.timeout(limitMs)]);
  await untilAborted(() => learnFromReply({ ...attempt, signal }, counts), signal);
}
