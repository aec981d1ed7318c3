// THE PATH: what happens to a message, from top to bottom.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Turn } from '../chat.ts';
import { TroupeError } from '../errors.ts';
import { sessionName } from '../memory/settings.ts';
import type { Persona } from '../personas/persona.ts';
import { resolveSampling } from '../personas/sampling.ts';
import type { Bot } from './bot.ts';
import { QueueFullError } from './channel-queue.ts';
import { choosePersona } from './choose-persona.ts';
import type { IncomingMessage } from './incoming.ts';
import { type Heard, listen } from './listen.ts';
import { nonceFor } from './nonce.ts';
import { noticeFor, noticesIn } from './notices.ts';
import type { Outgoing } from './outgoing.ts';
import { type PreparedPrompt, preparePrompt } from './prepare-prompt.ts';
import { beginReplyMemory, rememberMessage } from './remember.ts';
import { Speaker } from './speak.ts';

/**
 * Answers one message, or nobody does. Resolves when the answer stands and both turns are remembered; never rejects: what goes
 * wrong is logged, and told to people where they were spoken to.
 */
export async function handleMessage(bot: Bot, message: IncomingMessage, outgoing: Outgoing): Promise<void> {
  let persona: Persona | undefined;
  try {
    persona = await bot.admission.run(message.channel.id, () => whoAnswers(bot, message));
    if (!persona) return;
    const speaking = persona;
    await bot.answers.run(message.channel.id, () => answer(bot, speaking, message, outgoing));
  } catch (error) {
    if (persona || isDirectlyAddressed(message)) await tell(bot, message, outgoing, error);
    else bot.log.warn({ error, channel: message.channel.id }, 'a message got no answer');
  }
}

async function whoAnswers(bot: Bot, message: IncomingMessage): Promise<Persona | undefined> {
  const settings = await bot.settings.channel(message.channel.id);
  const rule = bot.channelRule(message.channel.id);
  const { personas, defaultPersona } = bot;
  return choosePersona({ personas, settings, rule, defaultPersona, chance: () => bot.randomSeed() / 2 ** 31 }, message);
}

async function answer(bot: Bot, persona: Persona, message: IncomingMessage, outgoing: Outgoing): Promise<void> {
  const settings = bot.settings.channel(message.channel.id);
  const speaker = speakerFor(bot, message, outgoing);
  speaker.startTyping();
  try {
    const session = sessionName(message.channel.id, await settings);
    const recalled = await bot.sessions.recall(session);
    if (!(await rememberMessage(bot, session, message))) return;
    const turns = recalled.turns.filter((turn) => turn.id !== message.id);
    const sampling = resolveSampling(persona.sampling, (await settings).sampling);
    const prompt = await composeFor(bot, persona, { turns, sampling, message });
    const memory = beginReplyMemory(bot, { session, persona, message });
    speaker.keepBeforeShowing(memory.soFar);
    const { heard, seed } = await generate(bot, { persona, session, prompt }, speaker);
    if (heard.end === 'aborted') heard.text = speaker.begunOf(heard.text);
    if (heard.text === '') return await notify(bot, message, outgoing, noticesIn(bot.house().language).stopped);
    if (prompt.cut !== undefined) await bot.sessions.setCut(session, prompt.cut);
    await memory.whole({ prompt, seed, heard, turns });
    await memory.shownAs(await speaker.finish(outgoing.annotate(heard.text, notesFor(bot, prompt, heard, turns))));
    outgoing.finished?.(heard);
    if (heard.failure) bot.log.warn({ error: heard.failure, session }, 'a reply broke off');
  } finally {
    await speaker.leave();
  }
}

function speakerFor(bot: Bot, { id, channel }: IncomingMessage, outgoing: Outgoing): Speaker {
  return new Speaker({
    outgoing,
    governor: bot.governors.of(channel.id, outgoing.pace),
    triggerId: id,
    onTrouble: (error) => bot.log.warn({ error, channel: channel.id }, 'an answer could not be shown while it was made'),
  });
}

async function generate(bot: Bot, on: { persona: Persona; session: string; prompt: PreparedPrompt }, speaker: Speaker) {
  const { persona, session, prompt } = on;
  const { rendered, sampling } = prompt;
  const seed = sampling.seed ?? bot.randomSeed();
  const backend = bot.backend(persona.backend);
  const request = { rendered, sampling, thinking: persona.thinking, seed, session, persona: persona.id };
  const speaking = { backend: backend.name, persona: persona.name, maxTokens: sampling.maxTokens };
  const heard = await listen(backend.reply(request, bot.stopping), speaking, (text) => speaker.show(text));
  return { heard, seed };
}

function composeFor(
  bot: Bot,
  persona: Persona,
  said: { turns: readonly Turn[]; sampling: Persona['sampling']; message: IncomingMessage },
): Promise<PreparedPrompt> {
  const { turns, sampling, message } = said;
  return preparePrompt(bot.backend(persona.backend), bot.tokenCounter, {
    house: bot.house(),
    persona,
    turns,
    message: { text: message.text, name: message.author.name, at: message.at },
    shared: message.channel.shared,
    sampling,
  });
}

/** The small lines below a reply: what people should know of how it was made. */
function notesFor(bot: Bot, prompt: PreparedPrompt, heard: Heard, turns: readonly Turn[]): string[] {
  const notices = noticesIn(bot.house().language);
  const { cut } = prompt;
  const left = cut === undefined ? 0 : turns.filter((turn) => turn.seq <= cut && !turn.hidden && !turn.pinned).length;
  return [
    ...(heard.end === 'broken' ? [notices.cutShort] : []),
    ...(heard.end === 'aborted' ? [notices.stopped] : []),
    ...(left > 0 ? [notices.left(left)] : []),
    ...(bot.demo ? [notices.demo] : []),
  ];
}

function isDirectlyAddressed(message: IncomingMessage): boolean {
  return !message.author.isBot && (message.mentionsBot || message.repliesToBot || !message.channel.shared);
}

async function tell(bot: Bot, message: IncomingMessage, outgoing: Outgoing, error: unknown): Promise<void> {
  const expected = error instanceof TroupeError;
  bot.log[expected ? 'warn' : 'error']({ error, channel: message.channel.id }, 'an answer failed');
  if (error instanceof QueueFullError && !error.isFirst) return; // told once for all of them
  try {
    await notify(bot, message, outgoing, noticeFor(error, bot.house().language));
  } catch (refusal) {
    bot.log.warn({ error: refusal, channel: message.channel.id }, 'the failure could not be told');
  }
}

/** Says something as the program, at the pace that replies keep as well. */
async function notify(bot: Bot, message: IncomingMessage, outgoing: Outgoing, text: string): Promise<void> {
  const governor = bot.governors.of(message.channel.id, outgoing.pace);
  for (let wait = governor.take('post', true); wait > 0; wait = governor.take('post', true)) await sleep(wait);
  await outgoing.notify(text, nonceFor(message.id, 'notice', 0));
  governor.arrived('post');
}
