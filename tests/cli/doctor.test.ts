import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startDiscordDouble } from '../discord-double/discord-double.ts';
import { startLlmDouble } from '../llm-double/llm-double.ts';
import { makeFolder, runTroupe } from './run-troupe.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Report = { venue: string; canRun: boolean; checks: { name: string; status: string; says: string; advice?: string }[] };

function statuses({ checks }: Report): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}

it('names what is missing in an empty folder and lets the terminal run', async () => {
  const { code, stdout } = await runTroupe(['doctor'], { folder: await makeFolder() });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^✓ runtime +Node 2\d\./m);
  expect(stdout).toMatch(/^✓ store /m);
  expect(stdout).toMatch(/^✓ personas +6: /m);
  expect(stdout).toMatch(
    /^✓ model +Pocket, \d\.\d million parameters, chat model by its metadata, context 6144 tokens \(.*nothing else is configured\)\. It is a demonstration: .*npm run setup/m,
  );
  expect(stdout).toMatch(/^– discord +no DISCORD_TOKEN\. .*npm run setup/m);
  expect(stdout).toContain('npm start opens the terminal');
});

it('tries the token and the model server that npm start would use', async () => {
  const [discord, model] = [await startDiscordDouble({ intents: { messageContent: false } }), await startLlmDouble()];
  closing.push(discord.close, model.close);
  const environment = { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl, OPENAI_BASE_URL: model.baseUrl };
  const { code, stdout } = await runTroupe(['doctor', '--json'], { folder: await makeFolder(), environment });
  const report: Report = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(report).toMatchObject({ venue: 'discord', canRun: true });
  expect(statuses(report)).toMatchObject({ model: 'works', discord: 'works' });
  expect(report.checks.find(({ name }) => name === 'discord')?.advice).toContain('message content intent is off');
});

it('fails with what to do when the token, the model server, the store or a persona name is wrong', async () => {
  const discord = await startDiscordDouble();
  closing.push(discord.close);
  const folder = await makeFolder({ 'a-file': '' });
  const environment = {
    DISCORD_TOKEN: 'wrong.token.here',
    DISCORD_API_URL: discord.apiUrl,
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    TROUPE_PERSONA: 'nobody',
    TROUPE_DATA: 'a-file',
  };
  const { code, stdout } = await runTroupe(['doctor', '--json'], { folder, environment });
  const report: Report = JSON.parse(stdout);
  expect(code).toBe(1);
  expect(statuses(report)).toMatchObject({
    discord: 'broken',
    model: 'broken',
    store: 'broken',
    personas: 'broken',
    runtime: 'works',
  });
  expect(stdout).not.toContain('wrong.token.here');
});

it('does not take a web page for a model server, nor believe a model that nobody confirms', async () => {
  const page = await startLlmDouble({ models: { page: { status: 200, body: '<!doctype html><html>Log in</html>' } } });
  const closed = await startLlmDouble({ models: { page: { status: 403, body: '{}' } } });
  closing.push(page.close, closed.close);
  const run = async (baseUrl: string) => {
    const environment = { OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: 'qwen' };
    const { stdout } = await runTroupe(['doctor', '--json'], { folder: await makeFolder(), environment });
    const report: Report = JSON.parse(stdout);
    return { canRun: report.canRun, ...report.checks.find(({ name }) => name === 'model') };
  };
  expect(await run(page.baseUrl)).toMatchObject({
    canRun: false,
    status: 'broken',
    says: expect.stringContaining('no JSON but a web page'),
    advice: expect.stringContaining('/v1'),
  });
  expect(await run(closed.baseUrl)).toMatchObject({
    canRun: true,
    status: 'absent',
    says: expect.stringContaining('not confirmed'),
  });
});

it('names the line where a persona that nobody is stands in troupe.yaml', async () => {
  const folder = await makeFolder({ 'troupe.yaml': '# rules\nchannels:\n  123456789012345678:\n    persona: nobody\n' });
  const { code, stdout } = await runTroupe(['doctor'], { folder });
  expect(code).toBe(1);
  expect(stdout).toContain('troupe.yaml:4: channels.123456789012345678.persona: there is no persona "nobody"');
  const started = await runTroupe(['chat'], { folder, input: 'hello\n' });
  expect(started.code).toBe(78);
  expect(started.stderr).toContain('troupe: troupe.yaml:4: channels.123456789012345678.persona: there is no persona');
});

it('tells health as JSON where that is asked for', async () => {
  const folder = await makeFolder();
  const none = await runTroupe(['doctor', '--health', '--json'], { folder });
  expect({ code: none.code, ...JSON.parse(none.stdout) }).toEqual({ code: 1, healthy: false, secondsAgo: null });
  await mkdir(path.join(folder, 'data'));
  await writeFile(path.join(folder, 'data', 'health'), `${Date.now() - 5_000}\n`);
  const well = await runTroupe(['doctor', '--health', '--json'], { folder });
  const told = JSON.parse(well.stdout);
  expect({ code: well.code, healthy: told.healthy }).toEqual({ code: 0, healthy: true });
  expect(told.secondsAgo).toBeGreaterThanOrEqual(5);
});
