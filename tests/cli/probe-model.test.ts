import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeReport } from '../../src/cli/probe/describe-probe.ts';
import { lastUserText, say } from '../llm-double/answer.ts';
import { type LlmDouble, startLlmDouble } from '../llm-double/llm-double.ts';
import { cleanEnvironment } from '../process/bot-process.ts';
import { makeFolder, runTroupe } from './run-troupe.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const modelFile = (stage: string) => path.join(ROOT, 'models', `pocket${stage === 'chat' ? '' : `-${stage}`}.gguf`);

async function probe(words: readonly string[], environment: Record<string, string> = {}, files: Record<string, string> = {}) {
  const ended = await runTroupe(['models', 'probe', ...words, '--json'], { folder: await makeFolder(files), environment });
  const report = ended.stdout === '' ? undefined : (JSON.parse(ended.stdout) as ProbeReport);
  return { ...ended, report };
}

describe('models probe, on the stages of Pocket', { timeout: 120_000 }, () => {
  it.each([
    { stage: 'base', layout: 'transcript', ability: 'continues', kinds: ['text', 'script'] },
    { stage: 'instruct', layout: 'folded', ability: 'follows', kinds: ['instruction'] },
    { stage: 'chat', layout: 'chat', ability: 'turns', kinds: ['talk'] },
  ])('tells that the $stage one is one, by what it was seen to do', async ({ stage, layout, ability, kinds }) => {
    const { code, report, stderr } = await probe(['--model', modelFile(stage)]);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      input: 'pieces',
      verdict: { stage, layout },
      facts: { stage, stageFrom: 'metadata' },
      agrees: { stage: true },
    });
    expect(report?.configuration?.lines.join()).toContain(`stage: ${stage}`);
    const seen = report?.evidence.filter((one) => one.ability === ability && one.judged === 'yes') ?? [];
    expect(seen.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
    expect(seen.every(({ reply, because }) => reply.trim() !== '' && because !== '')).toBe(true);
    expect(stderr).toMatch(/^1\/24 continues text \(en\)$/m);
  });

  it('says it in lines to read, with the one to write into troupe.yaml', async () => {
    const { stdout } = await runTroupe(['models', 'probe'], {
      folder: await makeFolder(),
      environment: { LLAMA_MODEL: modelFile('base') },
    });
    expect(stdout).toMatch(/^It looks like base: it continues text \(layout transcript\)/m);
    expect(stdout).toMatch(/^The facts say base \(by its metadata\)/m);
    expect(stdout).toMatch(/^ {2}backends: \{ llama: \{ kind: llama, model: \S+, stage: base \} \}$/m);
    expect(stdout).toMatch(/^ {2}continues text +English \d of 4, Korean \d of 2$/m);
    expect(stdout).toMatch(/^ {2}refuses +English not asked, Korean not asked$/m);
    expect(stdout).toMatch(/^What this cannot know:$/m);
  });

  it('asks a model in the words of its settings, and says when it looks otherwise', async () => {
    const yaml = `backends:\n  mine: { kind: llama, model: ${JSON.stringify(modelFile('chat'))}, gpu: off, threads: 1, stage: base }\n`;
    const { report } = await probe(['--backend', 'mine'], {}, { 'troupe.yaml': yaml });
    expect(report).toMatchObject({
      facts: { stage: 'base', stageFrom: 'settings' },
      verdict: { stage: 'chat' },
      agrees: { stage: false },
      configuration: { where: 'troupe.yaml, in backends.mine', lines: ['stage: chat'] },
    });
  });
});

describe('models probe, on a server', () => {
  let double: LlmDouble;
  const server = () => ({ OPENAI_BASE_URL: double.baseUrl, OPENAI_MODEL: 'double-1' });
  beforeEach(async () => {
    double = await startLlmDouble();
  });
  afterEach(() => double.close());

  it('sends messages, greedily and with one seed, and finds a model that talks in turns and refuses', async () => {
    double.script((body) => say(answerOf(body.messages.map(({ content }) => content).join(' '), lastUserText(body), REFUSAL)));
    const { code, report } = await probe([], server());
    expect(code).toBe(0);
    expect(report).toMatchObject({
      input: 'messages',
      verdict: { stage: 'chat', censored: true, layout: 'chat' },
      agrees: { stage: true, censored: true },
    });
    expect(report?.configuration?.lines[0]).toMatch(/^backends: \{ openai: \{ kind: openai, baseUrl: .+, stage: chat \} \}$/);
    expect(report?.unknown.join(' ')).toContain('The server writes the template');
    for (const { temperature, seed } of double.chats()) expect({ temperature, seed }).toEqual({ temperature: 0, seed: 1 });
    const roles = double.chats().map(({ messages }) => messages.map(({ role }) => role).join());
    expect(roles).toContain(`${'user,assistant,'.repeat(6)}user`);
  });

  it('finds a model that looks at the newest message alone, and one that does whatever it is asked', async () => {
    double.script((body) => say(answerOf(lastUserText(body), lastUserText(body), 'left\nBlorptonic\nrain 비 블롭토닉 진보')));
    const { report } = await probe([], server());
    expect(report?.verdict).toEqual({ stage: 'instruct', censored: false, layout: 'folded' });
    expect(report?.configuration?.lines.join()).toContain('stage: instruct, censored: false');
  });

  it('sees nothing in a server that says again what it was told', async () => {
    const { code, report } = await probe([], server());
    expect(code).toBe(0);
    expect(report?.verdict).toEqual({ stage: null, censored: null, layout: null });
    expect(report?.configuration).toBeNull();
  });

  it('takes a reply that is empty for silence, and a server that is always silent for one that cannot answer', async () => {
    let asked = 0;
    double.script((body) => say(asked++ % 5 === 0 ? '' : answerOf(lastUserText(body), lastUserText(body), REFUSAL)));
    const { report } = await probe([], server());
    expect(report?.evidence.some(({ because }) => because.startsWith('no reply: '))).toBe(true);
    double.reply('');
    const silent = await probe([], server());
    expect(silent).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no question got a reply') });
  });

  it('ends with exit code 1 when the server cannot be reached', async () => {
    await double.refuse();
    const { code, stdout, stderr } = await probe([], server());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^troupe: openai: /m);
  });

  it('stops at Ctrl-C and says nothing of the model', async () => {
    double.answer({ silent: 'hang' });
    const words = [path.join(ROOT, 'src', 'main.ts'), 'models', 'probe'];
    const child = spawn(process.execPath, words, { cwd: await makeFolder(), env: cleanEnvironment(server()), stdio: 'pipe' });
    const output = { out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (output.out += data.toString('utf8')));
    child.stderr.on('data', (data: Buffer) => (output.err += data.toString('utf8')));
    await expect.poll(() => double.working(), { timeout: 20_000 }).toBe(1);
    child.kill('SIGINT');
    await once(child, 'close');
    expect({ code: child.exitCode, out: output.out }).toEqual({ code: 1, out: '' });
    expect(output.err).toMatch(/^troupe: The probe was stopped before its last question/m);
  });
});

describe('models probe, called wrongly', () => {
  it.each([
    [['--backend', 'nobody'], /^troupe: There is no backend "nobody"; there are default, /m],
    [['--backend', 'default', '--model', 'x.gguf'], /^troupe: probe takes either --backend or --model\.$/m],
    [['--model', 'nowhere.gguf'], /^troupe: There is no model file at nowhere\.gguf/m],
  ])('%j is wrong usage', async (words, says) => {
    const { code, stdout, stderr } = await probe(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });
});

const REFUSAL = "I'm sorry, but I can't help with that.";

/** What a question asks for, and what tells it. */
const THREADS: readonly (readonly [asks: RegExp, tells: RegExp])[] = [
  [/What is my favourite colour\?$/, /favourite colour is (\w+)\./g],
  [/What is my favourite food\?$/, /favourite food is (\w+)\./g],
  [/What is my name\?$/, /My name is (\w+)\./g],
  [/What is my cat called\?$/, /My cat is called (\w+)\./g],
  [/Where do I live\?$/, /I live in (\w+)\./g],
];

/** A model with a memory of what is in `known` and no other gift; it says `otherwise` where it is asked for anything else. */
function answerOf(known: string, message: string, otherwise: string): string {
  const word = /Write the word '(\w+)'/.exec(message)?.[1];
  const name = /Say hello to (\w+)/.exec(message)?.[1];
  if (word !== undefined) return word;
  if (name !== undefined) return `Hello, ${name}!`;
  const thread = THREADS.find(([asks]) => asks.test(message));
  if (!thread) return otherwise;
  const told = [...known.matchAll(thread[1])].at(-1)?.[1];
  return told === undefined ? 'You have not told me.' : `It is ${told}.`;
}
