// The other venue: the same path, from lines of text to text.
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { sessionName } from '../memory/settings.ts';
import { greetingOf } from '../personas/greeting.ts';
import { withoutControls } from '../safety/sanitise.ts';
import type { Bot } from './bot.ts';
import { handleMessage } from './handle-message.ts';
import type { IncomingMessage } from './incoming.ts';
import type { FinishedReply, Outgoing } from './outgoing.ts';
import { speakingHere } from './speaking-here.ts';

export type TerminalOptions = {
  input: Readable;
  /** the replies, and nothing else */
  output: Writable;
  /** everything else: prompt, notes, errors */
  aside: Writable;
  /** name of the session */
  session: string;
  /** the person at the terminal, as the prompt names them */
  member: string;
  /** 'stream' shows a reply as it grows, 'lines' writes one line a reply with its line breaks as ↵, 'json' one object a reply */
  style: 'stream' | 'lines' | 'json';
};

/** Shows a reply as it grows: writes only what came since. Where the text changed it goes on behind what was the same. */
function streamTo(output: Writable): Pick<Outgoing, 'post' | 'edit'> & { end(): void } {
  let written = '';
  const grow = (text: string): void => {
    let same = 0;
    while (same < written.length && written[same] === text[same]) same += 1;
    output.write(text.slice(same));
    written = text;
  };
  return {
    async post(text) {
      grow(text);
      return 'terminal';
    },
    async edit(_messageId, text) {
      grow(text);
    },
    end: () => output.write('\n'),
  };
}

function print(options: TerminalOptions, reply: FinishedReply): void {
  const { output, style } = options;
  if (style === 'lines') output.write(`${withoutControls(reply.text).replaceAll(/[\n\u2028\u2029]/g, '↵')}\n`);
  if (style === 'json') {
    const { text, reasoning, end, usage } = reply;
    output.write(`${JSON.stringify({ text, reasoning, end, usage: usage ?? null })}\n`);
  }
}

/** Where the answer to one line goes. `failed` tells whether the program had to speak instead of the persona. */
function createTerminalOutgoing(options: TerminalOptions): Outgoing & { failed: boolean } {
  const stream = options.style === 'stream' ? streamTo(options.output) : undefined;
  let notes: readonly string[] = [];
  return {
    failed: false,
    maxLength: Number.POSITIVE_INFINITY,
    pace: { limit: Number.MAX_SAFE_INTEGER, windowMs: 0, floorMs: 0 },
    showTyping: async () => undefined, // a terminal shows its cursor
    post: stream?.post ?? (async () => 'terminal'),
    edit: stream?.edit ?? (async () => undefined),
    remove: async () => undefined, // one post holds every reply, so none is ever left over
    async notify(text) {
      this.failed = true;
      options.aside.write(`${stream ? '\n' : ''}troupe: ${text}\n`);
    },
    annotate(text, added) {
      notes = added;
      return text;
    },
    finished(reply) {
      stream?.end();
      print(options, reply);
      for (const note of notes) options.aside.write(`(${note})\n`);
    },
  };
}

function messageFrom(bot: Bot, line: string, options: TerminalOptions): IncomingMessage {
  const at = bot.now();
  return {
    id: `t${at.toString(36)}-${bot.randomSeed().toString(36)}`,
    channel: { id: options.session, shared: false, ageRestricted: true },
    author: { id: 'terminal', name: options.member, isBot: false },
    text: line,
    mentionsBot: true,
    repliesToBot: false,
    source: 'terminal',
    at,
  };
}

/** The first line of a session that has not begun; undefined where its persona begins with nothing. */
export async function openingLine(bot: Bot, channel: string, member: string): Promise<string | undefined> {
  const { persona } = await speakingHere({ bot, channel: { id: channel } });
  const greeting = persona && greetingOf(persona, member);
  return greeting ? `${persona.name}: ${greeting}` : undefined;
}

const HELP = `  /reset  begin a new session; the old one is kept
  /undo   take your last message and its answer back
  /quit   end, like Ctrl-D
`;

/** What a person at a keyboard may type instead of a message; piped lines are always messages. */
async function obey(bot: Bot, line: string, options: TerminalOptions): Promise<'done' | 'quit' | 'message'> {
  if (options.style !== 'stream' || !/^\/[a-z]+\s*$/.test(line)) return 'message';
  const { session, member, aside } = options;
  const settings = await bot.settings.channel(session);
  switch (line.trim()) {
    case '/quit':
      return 'quit';
    case '/reset': {
      await bot.settings.change(session, { generation: settings.generation + 1 });
      const greeting = await openingLine(bot, session, member);
      aside.write(`A new session begins; the old one is kept.\n${greeting === undefined ? '' : `\n${greeting}\n`}`);
      return 'done';
    }
    case '/undo': {
      const hidden = await bot.sessions.undo(sessionName(session, settings));
      aside.write(
        hidden.length > 0 ? 'Your last message and its answer are taken back.\n' : 'There is nothing to take back.\n',
      );
      return 'done';
    }
    case '/help':
      aside.write(HELP);
      return 'done';
    default:
      aside.write(`There is no ${line.trim()}; there are:\n${HELP}`);
      return 'done';
  }
}

/** Answers one line. True when the persona did; false when the program had to speak in its place. */
async function answerLine(bot: Bot, line: string, options: TerminalOptions): Promise<boolean> {
  const outgoing = createTerminalOutgoing(options);
  if (options.style === 'stream')
    options.aside.write(`${(await speakingHere({ bot, channel: { id: options.session } })).persona?.name}: `);
  await handleMessage(bot, messageFrom(bot, line, options), outgoing);
  return !outgoing.failed;
}

/** Answers line by line until the input ends or the bot stops. Gives how many lines got no answer from the persona. */
export async function runTerminal(bot: Bot, options: TerminalOptions): Promise<{ failures: number }> {
  const lines = createInterface({ input: options.input, crlfDelay: Number.POSITIVE_INFINITY, signal: bot.stopping });
  const ask = (): boolean => {
    if (options.style === 'stream') options.aside.write(`\n${options.member}: `);
    return options.style === 'stream';
  };
  let failures = 0;
  let asking = ask();
  for await (const line of lines) {
    asking = false;
    const wish = line.trim() === '' ? 'done' : await obey(bot, line, options);
    if (wish === 'quit') break;
    if (wish === 'message' && !(await answerLine(bot, line, options))) failures += 1;
    if (bot.stopping.aborted) break;
    asking = ask();
  }
  if (asking) options.aside.write('\n'); // the input ended where an answer was expected: what follows begins a line of its own
  lines.close();
  return { failures };
}
