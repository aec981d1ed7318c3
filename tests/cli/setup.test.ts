import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DiscordDouble, startDiscordDouble } from '../discord-double/discord-double.ts';
import { type LlmDouble, startLlmDouble } from '../llm-double/llm-double.ts';
import { makeFolder, runTroupe } from './run-troupe.ts';

let discord: DiscordDouble;
let model: LlmDouble;
beforeEach(async () => {
  discord = await startDiscordDouble();
  model = await startLlmDouble({ models: [{ id: 'qwen' }, { id: 'gemma' }] });
});
afterEach(async () => {
  await discord.close();
  await model.close();
});

const answers = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');

it('asks again after a wrong token, writes .env for its owner alone, keeps other lines and prints the invite address', async () => {
  const folder = await makeFolder({ '.env': '# my notes\nTROUPE_PERSONA=rook\nLLAMA_MODEL=old.gguf\n' });
  const input = answers('wrong.token.here', discord.token, model.baseUrl, 'a-key', 'gemma');
  const { code, stdout, stderr } = await runTroupe(['setup'], {
    folder,
    input,
    environment: { DISCORD_API_URL: discord.apiUrl },
  });
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: '' });
  expect(stdout).toContain('Discord does not accept this token');
  expect(stdout).toContain(`https://discord.com/oauth2/authorize?client_id=${discord.applicationId}&`);
  expect(stdout).not.toContain(discord.token);
  const file = path.join(folder, '.env');
  expect(await readFile(file, 'utf8')).toBe(
    [
      '# my notes',
      'TROUPE_PERSONA=rook',
      'LLAMA_MODEL=old.gguf',
      `DISCORD_TOKEN=${discord.token}`,
      `OPENAI_BASE_URL=${model.baseUrl}`,
      'OPENAI_MODEL=gemma',
      'OPENAI_API_KEY=a-key',
      '',
    ].join('\n'),
  );
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(model.requests[0]?.headers.authorization).toBe('Bearer a-key');
});

it('keeps a token that is set, and tells of a model file that is none before it asks again', async () => {
  const folder = await makeFolder({ '.env': `DISCORD_TOKEN=${discord.token}\nOPENAI_API_KEY=k\n`, 'notes.gguf': 'just notes' });
  const pocket = path.join(import.meta.dirname, '..', '..', 'models', 'pocket.gguf');
  const input = answers('', 'notes.gguf', pocket);
  const { code, stdout, stderr } = await runTroupe(['setup'], {
    folder,
    input,
    environment: { DISCORD_API_URL: discord.apiUrl },
  });
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: '' });
  expect(stdout).toContain('notes.gguf is not a GGUF file');
  expect(await readFile(path.join(folder, '.env'), 'utf8')).toBe(
    `DISCORD_TOKEN=${discord.token}\n# OPENAI_API_KEY=k\nLLAMA_MODEL=${pocket}\n`,
  );
});

it('leaves .env as it was when the input ends early', async () => {
  const folder = await makeFolder({ '.env': 'TROUPE_PERSONA=rook\n' });
  const { code, stderr } = await runTroupe(['setup'], { folder, environment: { DISCORD_API_URL: discord.apiUrl } });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^troupe: The input ended before everything was asked[^\n]*\n$/);
  expect(await readFile(path.join(folder, '.env'), 'utf8')).toBe('TROUPE_PERSONA=rook\n');
});

it('sends to Discord whoever has a token, though Discord cannot be asked now', async () => {
  const run = { folder: await makeFolder(), environment: { DISCORD_API_URL: 'http://127.0.0.1:9/api' } };
  const kept = await runTroupe(['setup'], { ...run, input: answers('some.token.here', 'y', '') });
  expect(kept.stdout).toMatch(/Discord cannot be reached[\s\S]*Next: npm start\n$/);
  const none = await runTroupe(['setup'], { ...run, folder: await makeFolder(), input: answers('', '') });
  expect(none.stdout).toMatch(/Next: npm start, which opens a conversation in this terminal\.\n$/);
});
