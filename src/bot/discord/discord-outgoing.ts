import type { Message, SendableChannels } from 'discord.js';
import type { Logger } from '../../log.ts';
import type { Outgoing, Pace } from '../outgoing.ts';
import { endsInsideBlock } from '../split-text.ts';
import { explainRefusal, isRefusal, REFUSAL } from './refusals.ts';
import { sender } from './sender.ts';

/** Discord's limit on a message's content. */
const MAX_LENGTH = 2_000;

/** Practice values, in no document: 5 creates and 5 edits in 5 s per channel. */
const PACE: Pace = { limit: 5, windowMs: 5_000, floorMs: 1_250 };

/** Where the answer to one message goes. In a server its first post is a reply to that message. */
export function discordOutgoing(trigger: Message, channel: SendableChannels, log: Logger): Outgoing {
  const place = describeChannel(channel);
  let answers: string | undefined = trigger.guildId === null ? undefined : trigger.id;

  async function post(text: string, nonce: string): Promise<string> {
    const reference = answers === undefined ? {} : { answers };
    const id = await sending(() => sender.sendMessage(channel, { text, nonce, ...reference }), place);
    answers = undefined;
    return id;
  }

  /** A moderator may take a message away while it is still being written: then there is nothing left to do. */
  async function unlessDeleted(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!isRefusal(error, REFUSAL.unknownMessage)) throw explainRefusal(error, place);
      log.info({ channel: channel.id, trigger: trigger.id }, 'a message of ours was deleted by somebody else');
    }
  }

  return {
    maxLength: MAX_LENGTH,
    pace: PACE,
    showTyping: () => sending(() => sender.showTyping(channel), place),
    post,
    edit: (messageId, text) => unlessDeleted(() => sender.replaceMessage(channel, messageId, text)),
    remove: (messageId) => unlessDeleted(() => sender.removeMessage(channel, messageId)),
    async notify(text, nonce) {
      await post(small(text), nonce);
    },
    // A note below an unclosed code block would be shown as code.
    annotate: (text, notes) => [endsInsideBlock(text) ? `${text}\n\`\`\`` : text, ...notes.map(small)].join('\n'),
  };
}

async function sending<Result>(send: () => Promise<Result>, place: string): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    throw explainRefusal(error, place);
  }
}

function describeChannel(channel: SendableChannels): string {
  if (channel.isDMBased()) return 'the direct message';
  return `#${channel.name} of ${channel.guild.name}`;
}

/** Discord's small print, line by line. */
function small(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `-# ${line}`)
    .join('\n');
}
