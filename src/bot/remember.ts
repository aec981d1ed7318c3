import type { ReplyRecord, Turn, Variant } from '../chat.ts';
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

type Answering = { session: string; persona: Persona; message: IncomingMessage };
type Made = { prompt: PreparedPrompt; seed: number; heard: Heard; turns: readonly Turn[] };

/** The persona's turn while it is made. What people have seen of it is in the store before they see it, so no crash forgets it. */
export type ReplyMemory = {
  /** the text so far; should nothing more come, the turn stands as broken off */
  soFar(text: string): Promise<void>;
  /** the whole reply, and the record of how it was made */
  whole(made: Made): Promise<void>;
  /** the ids of the messages that show it */
  shownAs(messageIds: readonly string[]): Promise<void>;
};

export function beginReplyMemory(bot: Bot, answering: Answering): ReplyMemory {
  const { session, persona, message } = answering;
  const id = replyIdFor(message.id);
  let kept: Variant | undefined;
  let keepingWhole: Promise<void> | undefined;
  let earlier: Promise<void> = Promise.resolve();

  /** One after the other: what was said so far is still being kept when the whole comes. */
  function keep(variant: Variant): Promise<void> {
    const keeping = earlier.then(() => write(variant));
    earlier = keeping.catch(() => undefined); // whoever called has the error
    return keeping;
  }

  async function write(variant: Variant): Promise<void> {
    if (kept) await bot.sessions.amend(session, id, { variants: [variant] });
    else {
      const author = { kind: 'persona', id: persona.id, name: persona.name } as const;
      const turn = {
        id,
        role: 'assistant',
        author,
        source: message.source,
        answers: message.id,
        chosen: 0,
        at: bot.now(),
      } as const;
      await bot.sessions.append(session, { ...turn, variants: [variant] });
    }
    kept = variant;
  }

  return {
    /** What is shown while the whole is being kept waits for the whole, and fails with it. */
    soFar: (text) => keepingWhole ?? keep({ text, end: 'broken', messageIds: [] }),
    whole(made) {
      keepingWhole = keepWhole(made);
      return keepingWhole;
    },
    async shownAs(messageIds) {
      if (kept) await keep({ ...kept, messageIds });
    },
  };

  async function keepWhole({ heard, ...made }: Made): Promise<void> {
    const record = recordOf(answering, { heard, ...made }, bot.now());
    if (record) {
      await bot.records.putPersona(persona.hash, persona);
      await bot.records.put(record);
    }
    await keep({
      text: heard.text,
      messageIds: [],
      end: heard.end,
      ...(heard.reasoning === '' ? {} : { reasoning: heard.reasoning }),
      ...(record ? { recordId: record.id } : {}),
    });
  }
}

function recordOf({ session, persona, message }: Answering, made: Made, at: number): ReplyRecord | undefined {
  const { prompt, seed, heard, turns } = made;
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
    sampling: prompt.dials, // as sent they hold the names of all who speak
    seed,
    turns: { first: shown[0]?.seq ?? 0, last: shown.at(-1)?.seq ?? 0, count: shown.length },
    end: heard.end,
    usage: heard.usage,
    at,
  };
}
