import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DiscordDouble, startDiscordDouble } from '../discord-double/discord-double.ts';
import { type LlmDouble, startLlmDouble } from '../llm-double/llm-double.ts';
import { startBotProcess } from '../process/bot-process.ts';
import { makeFolder, runTroupe } from './run-troupe.ts';

let discord: DiscordDouble;
let model: LlmDouble;
beforeEach(async () => {
  discord = await startDiscordDouble({ intents: { messageContent: false } });
  model = await startLlmDouble();
});
afterEach(async () => {
  await discord.close();
  await model.close();
});

const environment = () => ({ DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl, OPENAI_BASE_URL: model.baseUrl });

it('says at start who it is, how to invite it, which model answers and what is missing, and ends well on SIGTERM', async () => {
  const folder = await makeFolder();
  discord.addGuild();
  const bot = startBotProcess({ environment: environment(), cwd: folder });
  try {
    await discord.waitFor(() => bot.output().includes('Invite it:'), { timeoutMs: 20_000, label: 'the banner' });
    await discord.waitFor(() => bot.output().includes('Missing:'), { timeoutMs: 5_000, label: 'what is missing' });
    expect(bot.output()).toContain(`client_id=${discord.applicationId}`);
    expect(bot.output()).toContain('in 1 server, with 6 personas.');
    expect(bot.output()).toMatch(/Model: double-1 .*context \d+ tokens .*; backend openai \(OPENAI_BASE_URL\)/);
    expect(bot.output()).toContain('message content intent is off');
    expect((await runTroupe(['doctor', '--health'], { folder })).code).toBe(0);
    expect(await bot.stop()).toBe(0);
    expect((await runTroupe(['doctor', '--health'], { folder })).code).toBe(1);
  } finally {
    await bot.kill();
  }
});

it('ends with exit code 78 and one sentence when Discord does not take the token', async () => {
  const run = {
    folder: await makeFolder(),
    environment: { ...environment(), DISCORD_TOKEN: 'wrong.token.here', LOG_LEVEL: 'error' },
  };
  const { code, stdout, stderr } = await runTroupe(['start'], run);
  expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  expect(stderr).toMatch(/^troupe: DISCORD_TOKEN: Discord does not accept this token[^\n]*\n$/);
});
