// One 200-token reply at 50 tokens/s, from the event at the gateway to the final text: the real bot process between two loopback
// doubles. Both doubles run in this process, so their own work is part of every figure.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DiscordDouble, startDiscordDouble } from '../tests/discord-double/discord-double.ts';
import { say } from '../tests/llm-double/answer.ts';
import { type LlmDouble, startLlmDouble } from '../tests/llm-double/llm-double.ts';
import { startBotProcess } from '../tests/process/bot-process.ts';
import { median } from './median.ts';

const REPLIES = 7;
const TOKENS = 200;
const TOKEN_EVERY_MS = 20;

type Reply = {
  typing: number;
  request: number;
  firstTextAfterToken: number;
  firstText: number;
  finalLag: number;
  restCalls: number;
};
type Stage = { discord: DiscordDouble; llm: LlmDouble; channel: string; member: string };

/** The words of a reply, each noted with the time it was sent. */
function* spoken(sentAt: number[]): Generator<string> {
  for (let index = 0; index < TOKENS; index += 1) {
    sentAt.push(Date.now());
    yield index % 12 === 11 ? 'and so.\n' : `word${index} `;
  }
}

async function measure({ discord, llm, channel, member }: Stage): Promise<Reply> {
  const sentAt: number[] = [];
  llm.script(() => say(spoken(sentAt), { delayMs: TOKEN_EVERY_MS }));
  const requestsBefore = llm.requests.length;
  const restBefore = discord.requests.length;
  const eventAt = Date.now();
  discord.say(channel, member, `<@${discord.botUserId}> tell me something long`);
  const finished = await discord.waitFor(
    () => {
      const reply = discord.messages(channel).at(-1);
      return reply?.authorId === discord.botUserId && reply.content.includes(`word${TOKENS - 1}`) ? reply : undefined;
    },
    { timeoutMs: 20_000, label: 'the whole reply' },
  );
  await sleep(300); // what comes late counts as well
  const typing = discord.typing(channel).find((at) => at >= eventAt) ?? Number.NaN;
  const request = llm.requests.slice(requestsBefore).find(({ method }) => method === 'POST')?.at ?? Number.NaN;
  const firstToken = sentAt[0] ?? Number.NaN;
  const lastToken = sentAt.at(-1) ?? Number.NaN;
  return {
    typing: typing - eventAt,
    request: request - eventAt,
    firstText: finished.createdAt - eventAt,
    firstTextAfterToken: finished.createdAt - firstToken,
    finalLag: (finished.edits.at(-1)?.at ?? finished.createdAt) - lastToken,
    restCalls: discord.requests.length - restBefore,
  };
}

async function setStage(): Promise<Stage> {
  const discord = await startDiscordDouble();
  const llm = await startLlmDouble();
  const guild = discord.addGuild();
  return { discord, llm, channel: discord.addChannel(guild), member: discord.addMember(guild, { name: 'Mina' }) };
}

export async function benchDiscord(): Promise<Record<string, unknown>> {
  const stage = await setStage();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-bench-'));
  const bot = startBotProcess({
    cwd: folder,
    environment: {
      DISCORD_TOKEN: stage.discord.token,
      DISCORD_API_URL: stage.discord.apiUrl,
      OPENAI_BASE_URL: stage.llm.baseUrl,
      TROUPE_DATA: path.join(folder, 'data'),
    },
  });
  try {
    await stage.discord.waitFor(() => stage.discord.commands().length > 0 || undefined, {
      timeoutMs: 30_000,
      label: 'the bot',
    });
    await measure(stage); // the first reply opens connections
    const replies: Reply[] = [];
    for (let count = 0; count < REPLIES; count += 1) {
      await sleep(5_200); // a fresh rate-limit window, as a message in a calm channel has
      replies.push(await measure(stage));
      process.stderr.write(`bench: discord ${count + 1}/${REPLIES} ${JSON.stringify(replies.at(-1))}\n`);
    }
    const of = (pick: (reply: Reply) => number) => median(replies.map(pick));
    return {
      replies: REPLIES,
      eventToTypingMs: of((reply) => reply.typing),
      eventToRequestMs: of((reply) => reply.request),
      eventToFirstTextMs: of((reply) => reply.firstText),
      firstTokenToFirstTextMs: of((reply) => reply.firstTextAfterToken),
      finalTextLagMs: of((reply) => reply.finalLag),
      restCalls: of((reply) => reply.restCalls),
      rateLimited: stage.discord.rateLimited,
      violations: stage.discord.violations.length,
      targets: { eventToTypingMs: 15, eventToRequestMs: 15, firstTokenToFirstTextMs: 60, finalTextLagMs: 60 },
    };
  } finally {
    await bot.stop();
    await Promise.all([stage.discord.close(), stage.llm.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}
