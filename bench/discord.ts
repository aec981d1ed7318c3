// One 200-token reply at 50 tokens/s, from the event at the gateway to the final text: the real bot process between two loopback
// doubles. Both doubles run in this process, so their own work is part of every figure; a bare discord.js client, measured in turn
// with ours, tells how much of it is theirs and the machine's.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DiscordDouble, startDiscordDouble } from '../tests/discord-double/discord-double.ts';
import { say } from '../tests/llm-double/answer.ts';
import { type LlmDouble, startLlmDouble } from '../tests/llm-double/llm-double.ts';
import { cleanEnvironment, startBotProcess } from '../tests/process/bot-process.ts';
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

/** Typing and request of the bare client, for one short reply. */
async function measureFloor({ discord, llm, channel, member }: Stage): Promise<{ typing: number; request: number }> {
  const before = llm.requests.length;
  const eventAt = Date.now();
  discord.say(channel, member, `<@${discord.botUserId}> hello`);
  const request = await discord.waitFor(() => llm.requests.slice(before).find(({ method }) => method === 'POST'), {
    label: 'the floor',
  });
  const typing = await discord.waitFor(() => discord.typing(channel).find((at) => at >= eventAt), {
    label: 'typing of the floor',
  });
  return { typing: typing - eventAt, request: request.at - eventAt };
}

async function setStage(): Promise<Stage> {
  const discord = await startDiscordDouble();
  const llm = await startLlmDouble();
  const guild = discord.addGuild();
  return { discord, llm, channel: discord.addChannel(guild), member: discord.addMember(guild, { name: 'Mina' }) };
}

const variablesFor = ({ discord, llm }: Stage, folder: string) => ({
  DISCORD_TOKEN: discord.token,
  DISCORD_API_URL: discord.apiUrl,
  OPENAI_BASE_URL: llm.baseUrl,
  TROUPE_DATA: path.join(folder, 'data'),
});

function startBareBot(stage: Stage, folder: string): ChildProcess {
  const program = path.join(import.meta.dirname, 'bare-bot.ts');
  return spawn(process.execPath, [program], { env: cleanEnvironment(variablesFor(stage, folder)), stdio: 'ignore' });
}

export async function benchDiscord(): Promise<Record<string, unknown>> {
  const [stage, floorStage] = [await setStage(), await setStage()];
  const folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-bench-'));
  const bot = startBotProcess({ cwd: folder, environment: variablesFor(stage, folder) });
  const bareBot = startBareBot(floorStage, folder);
  try {
    await stage.discord.waitFor(() => stage.discord.commands().length > 0, { timeoutMs: 30_000, label: 'the bot' });
    await floorStage.discord.waitFor(() => floorStage.discord.gateway.identifies > 0, {
      timeoutMs: 30_000,
      label: 'the bare bot',
    });
    await sleep(500);
    await measure(stage); // the first reply opens connections
    await measureFloor(floorStage);
    const replies: Reply[] = [];
    const floors: { typing: number; request: number }[] = [];
    for (let count = 0; count < REPLIES; count += 1) {
      await sleep(5_200); // a fresh rate-limit window, as a message in a calm channel has
      // Whoever goes second finds warm doubles, so they take turns at that.
      const floorFirst = count % 2 === 0;
      if (floorFirst) floors.push(await measureFloor(floorStage));
      replies.push(await measure(stage));
      if (!floorFirst) floors.push(await measureFloor(floorStage));
      process.stderr.write(
        `bench: discord ${count + 1}/${REPLIES} ${JSON.stringify({ ...replies.at(-1), floor: floors.at(-1) })}\n`,
      );
    }
    return report(stage, replies, floors);
  } finally {
    await bot.stop();
    bareBot.kill();
    await once(bareBot, 'exit');
    await Promise.all([stage, floorStage].flatMap(({ discord, llm }) => [discord.close(), llm.close()]));
    await rm(folder, { recursive: true, force: true });
  }
}

function report({ discord }: Stage, replies: readonly Reply[], floors: readonly { typing: number; request: number }[]) {
  const of = (pick: (reply: Reply) => number) => median(replies.map(pick));
  return {
    replies: REPLIES,
    eventToTypingMs: of((reply) => reply.typing),
    eventToRequestMs: of((reply) => reply.request),
    eventToFirstTextMs: of((reply) => reply.firstText),
    firstTokenToFirstTextMs: of((reply) => reply.firstTextAfterToken),
    finalTextLagMs: of((reply) => reply.finalLag),
    restCalls: of((reply) => reply.restCalls),
    rateLimited: discord.rateLimited,
    violations: discord.violations.length,
    floor: {
      eventToTypingMs: median(floors.map(({ typing }) => typing)),
      eventToRequestMs: median(floors.map(({ request }) => request)),
    },
    targets: { eventToTypingMs: 15, eventToRequestMs: 15, firstTokenToFirstTextMs: 60, finalTextLagMs: 60 },
  };
}
