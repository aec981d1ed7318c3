// THE PATH: what happens to a message, from top to bottom.
import type { Turn } from '../chat.ts';
import { sessionName } from '../memory/settings.ts';
import type { Persona } from '../personas/persona.ts';
import { resolveSampling } from '../personas/sampling.ts';
import type { Bot } from './bot.ts';
import { choosePersona } from './choose-persona.ts';
import { logDialsWithoutEffect } from './dials-without-effect.ts';
import type { IncomingMessage } from './incoming.ts';
import { listen } from './listen.ts';
import { noticesIn } from './notices.ts';
import type { Outgoing } from './outgoing.ts';
import { type PreparedPrompt, preparePrompt } from './prepare-prompt.ts';
import { beginReplyMemory, rememberMessage } from './remember.ts';
import { newsOf, notesFor } from './reply-notes.ts';
import { Speaker } from './speak.ts';
import { notify, tell } from './tell.ts';

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
    logDialsWithoutEffect(bot, persona, prompt.facts);
    const memory = beginReplyMemory(bot, { session, persona, message });
    speaker.keepBeforeShowing(memory.soFar);
    const { heard, seed } = await generate(bot, { persona, session, prompt }, speaker);
    if (heard.end === 'aborted') heard.text = speaker.begunOf(heard.text);
    if (heard.text === '') return await notify(bot, message, outgoing, noticesIn(bot.house().language).stopped);
    if (prompt.cut !== undefined) await bot.sessions.setCut(session, prompt.cut);
    await memory.whole({ prompt, seed, heard, turns });
    const news = heard.failure ? [] : await newsOf(bot, persona, prompt);
    const notes = [...notesFor(bot, prompt, heard, turns), ...news];
    await memory.shownAs(await speaker.finish(outgoing.annotate(heard.text, notes)));
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
  const { rendered, sampling, thinking } = prompt;
  const seed = sampling.seed ?? bot.randomSeed();
  const backend = bot.backend(persona.backend);
  const request = { rendered, sampling, thinking, seed, session, persona: persona.id };
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

function isDirectlyAddressed(message: IncomingMessage): boolean {
  return !message.author.isBot && (message.mentionsBot || message.repliesToBot || !message.channel.shared);
}
