import type { EndReason, ReplyPart, Usage } from '../chat.ts';
import { BackendError } from '../errors.ts';
import { withoutControls } from '../safety/sanitise.ts';
import { cleanReply } from './clean-reply.ts';

/** What a model said, as far as it came. `failure` is set when it broke off: `end` is 'broken' then. */
export type Heard = {
  text: string;
  reasoning: string;
  end: EndReason;
  usage: Usage | undefined;
  failure: BackendError | undefined;
};

/** `maxTokens` as the model was told: a server that does not keep to it is stopped. */
type Speaking = { backend: string; persona: string; maxTokens: number };

/** No reply is longer, in UTF-16 code units: 20 messages on Discord. A token is seldom longer than so many of them. */
const LONGEST_REPLY = 40_000;
const LONGEST_TOKEN = 16;

/**
 * Reads a reply to its end and calls `onText` with the text so far whenever it grew. A failure after visible text is part of what
 * was heard; before any it is thrown, because then there is no reply. So is a reply without visible text, unless it was aborted.
 */
export async function listen(
  parts: AsyncIterable<ReplyPart>,
  speaking: Speaking,
  onText: (text: string) => void,
): Promise<Heard> {
  const longest = Math.max(LONGEST_REPLY, LONGEST_TOKEN * speaking.maxTokens);
  let said = '';
  const heard: Heard = { text: '', reasoning: '', end: 'broken', usage: undefined, failure: undefined };
  const hear = (part: ReplyPart): void => {
    if (part.type === 'reasoning') heard.reasoning += part.text;
    else if (part.type === 'end') Object.assign(heard, { end: part.reason, usage: part.usage });
    else {
      said += part.text;
      const text = cleanReply(said, speaking.persona, false);
      if (text !== '') onText(text);
    }
  };
  try {
    for await (const part of parts) {
      hear(part);
      if (said.length > longest) break; // leaving the loop stops the model
    }
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    Object.assign(heard, { end: 'broken', failure: error });
  }
  if (said.length > longest) heard.end = 'length';
  heard.text = cleanReply(said, speaking.persona, true);
  refuseEmpty(heard, speaking.backend);
  return heard;
}

function refuseEmpty({ text, end, failure }: Heard, backend: string): void {
  if (withoutControls(text).trim() !== '') return;
  if (failure) throw failure;
  if (end === 'aborted') return;
  throw new BackendError(backend, 'broken-reply', `the model ended (${end}) without saying anything.`);
}
