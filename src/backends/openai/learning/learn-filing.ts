import { tellDialsLeftOut } from './learn-facts.ts';
import type { Attempt } from './learn-lessons.ts';

/** Marks of the template, which a server counts and does not send. */
const UNSENT_TOKENS = 2;
/** So many pieces are as many as their tokens only where each is one. */
const TELLING_PIECES = 100;

/** What a reply that came to its end teaches of where the server files thoughts and replies, and of what it was asked without. */
export function learnFiling(attempt: Attempt): void {
  tellDialsLeftOut(attempt.known, attempt);
  learnParting(attempt);
  learnPieces(attempt);
  if (attempt.meter.wasFiledAsThought) tellMisfiled(attempt);
}

/** The same of any reply, also one that failed: text after a thought, be it white space, shows that the server knows the two apart. */
export function learnParting({ meter, voice, known, request }: Attempt): void {
  if (request.thinking !== 'off') return;
  if (meter.parted || (meter.said.reasoning.trim() !== '' && voice.spoke)) known.habits.partsThoughts = true;
}

/**
 * Few pieces may be as many as their tokens by chance. More tokens than pieces tell nothing: pieces may be many tokens, and thoughts
 * may be hidden. Fewer tell that pieces are no tokens.
 */
function learnPieces({ meter: { server, pieces }, known: { habits } }: Attempt): void {
  const tokens = server?.completion_tokens ?? 0;
  if (tokens === 0) return;
  if (tokens + UNSENT_TOKENS < pieces * 0.9) habits.sendsTokens = false;
  else if (pieces >= TELLING_PIECES && tokens >= pieces * 0.9 && tokens <= pieces * 1.1 + UNSENT_TOKENS)
    habits.sendsTokens = true;
}

/** An attempt before may have been taken for a thought. */
function tellMisfiled({ known: { habits, served }, server }: Attempt): void {
  habits.thinksAnyway = false;
  const what = `The server of backend ${server.place.backend} sends the replies of ${served.name} as thoughts, and they are shown only when they are whole`;
  const sentence = `${what}: start it without --reasoning-parser, or with the one that fits the model.`;
  if (habits.notice('thinking', sentence)) server.log.warn(sentence);
}
