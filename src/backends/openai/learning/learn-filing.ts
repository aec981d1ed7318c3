import { tellDialsLeftOut } from './learn-facts.ts';
import type { Attempt } from './learn-lessons.ts';

/** What a reply that came to its end teaches of where the server files thoughts and replies, and of what it was asked without. */
export function learnFiling(attempt: Attempt): void {
  const { meter, voice, known, request } = attempt;
  tellDialsLeftOut(known, attempt);
  if (request.thinking === 'off' && meter.said.reasoning.trim() !== '' && voice.spoke) known.habits.partsThoughts = true;
  if (meter.wasFiledAsThought) tellMisfiled(attempt);
}

/** An attempt before may have been taken for a thought. */
function tellMisfiled({ known: { habits, served }, server }: Attempt): void {
  habits.thinksAnyway = false;
  const what = `The server of backend ${server.place.backend} sends the replies of ${served.name} as thoughts, and they are shown only when they are whole`;
  const sentence = `${what}: start it without --reasoning-parser, or with the one that fits the model.`;
  if (habits.notice('thinking', sentence)) server.log.warn(sentence);
}
