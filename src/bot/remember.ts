import type { ReplyRecord, Turn } from '../chat.ts';
import type { Persona } from '../personas/persona.ts';
import type { Bot } from './bot.ts';
import type { IncomingMessage } from './incoming.ts';
import type { Heard } from './listen.ts';
import type { PreparedPrompt } from './prepare-prompt.ts';

/** The id of the turn that answers a message. */
function replyIdFor(messageId: string): string {
  return `r${messageId}`;
}

/** Appends the member's turn. False when the message was answered before: platforms may deliver one twice. */
export async function rememberMessage(bot: Bot, session: string, message: IncomingMessage): Promise<boolean> {
  const { inserted } = await bot.sessions.append(session, {
    id: message.id,
    role: 'user',
    author: { kind: 'member', id: message.author.id, name: message.author.name },
    source: message.source,
    variants: [{ text: message.text, messageIds: [message.id] }],
    chosen: 0,
    at: message.at,
  });
  return inserted || (await bot.sessions.find(session, replyIdFor(message.id))) === undefined;
}

type Made = {
  session: string;
  persona: Persona;
  message: IncomingMessage;
  prompt: PreparedPrompt;
  seed: number;
  heard: Heard;
  turns: readonly Turn[];
};

/**
 * Appends the persona's turn and the record of how it was made, before the last text is shown: what people have seen whole is never
 * forgotten by a crash. `shownAs` adds the ids of the messages once they stand.
 */
export async function rememberReply(bot: Bot, made: Made): Promise<{ shownAs(messageIds: readonly string[]): Promise<void> }> {
  const { session, persona, message, heard } = made;
  const id = replyIdFor(message.id);
  const record = recordOf(made, bot.now());
  if (record) {
    await bot.records.putPersona(persona.hash, persona);
    await bot.records.put(record);
  }
  const variant = {
    text: heard.text,
    end: heard.end,
    ...(heard.reasoning === '' ? {} : { reasoning: heard.reasoning }),
    ...(record ? { recordId: record.id } : {}),
  };
  await bot.sessions.append(session, {
    id,
    role: 'assistant',
    author: { kind: 'persona', id: persona.id, name: persona.name },
    source: message.source,
    answers: message.id,
    variants: [{ ...variant, messageIds: [] }],
    chosen: 0,
    at: bot.now(),
  });
  return {
    async shownAs(messageIds) {
      await bot.sessions.amend(session, id, { variants: [{ ...variant, messageIds }] });
    },
  };
}

function recordOf({ session, persona, message, prompt, seed, heard, turns }: Made, at: number): ReplyRecord | undefined {
  if (!heard.usage) return undefined; // it broke off: nobody knows what it cost
  const shown = turns.filter((turn) => !turn.hidden && (prompt.cut === undefined || turn.seq > prompt.cut || turn.pinned));
  return {
    id: `${session}.${message.id}`,
    session,
    answers: message.id,
    persona: { name: persona.name, hash: persona.hash },
    backend: persona.backend,
    model: prompt.facts.model.name,
    template: prompt.template,
    layout: prompt.layout,
    sampling: prompt.sampling,
    seed,
    turns: { first: shown[0]?.seq ?? 0, last: shown.at(-1)?.seq ?? 0, count: shown.length },
    end: heard.end,
    usage: heard.usage,
    at,
  };
}
