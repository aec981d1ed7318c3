import type { EndReason, ReplyPart, Usage } from '../chat.ts';
import { BackendError } from '../errors.ts';
import { cleanReply } from './clean-reply.ts';

/** What a model said, as far as it came. `failure` is set when it broke off: `end` is 'broken' then. */
export type Heard = {
  text: string;
  reasoning: string;
  end: EndReason;
  usage: Usage | undefined;
  failure: BackendError | undefined;
};

type Speaker = { backend: string; persona: string };

/**
 * Reads a reply to its end and calls `onText` with the text so far whenever it grew. A failure after visible text is part of what
 * was heard; before any it is thrown, because then there is no reply. So is a reply without visible text, unless it was aborted.
 */
export async function listen(
  parts: AsyncIterable<ReplyPart>,
  speaker: Speaker,
  onText: (text: string) => void,
): Promise<Heard> {
  let said = '';
  const heard: Heard = { text: '', reasoning: '', end: 'broken', usage: undefined, failure: undefined };
  try {
    for await (const part of parts) {
      if (part.type === 'text') {
        said += part.text;
        const text = cleanReply(said, speaker.persona, false);
        if (text !== '') onText(text);
      } else if (part.type === 'reasoning') heard.reasoning += part.text;
      else Object.assign(heard, { end: part.reason, usage: part.usage });
    }
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    Object.assign(heard, { end: 'broken', failure: error });
  }
  heard.text = cleanReply(said, speaker.persona, true);
  refuseEmpty(heard, speaker.backend);
  return heard;
}

function refuseEmpty({ text, end, failure }: Heard, backend: string): void {
  if (text !== '') return;
  if (failure) throw failure;
  if (end === 'aborted') return;
  throw new BackendError(backend, 'broken-reply', `the model ended (${end}) without saying anything.`);
}
