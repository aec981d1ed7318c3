import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LlmDouble, startLlmDouble } from '../llm-double/llm-double.ts';
import { makeFolder, runTroupe } from './run-troupe.ts';

let model: LlmDouble;
beforeEach(async () => {
  model = await startLlmDouble();
});
afterEach(() => model.close());

describe('chat', () => {
  it('answers line by line, remembers what was said, and keeps everything but replies off stdout', async () => {
    model.reply('line one\nline two');
    const folder = await makeFolder();
    const environment = { OPENAI_BASE_URL: model.baseUrl };
    const first = await runTroupe(['chat', '--persona', 'rook'], { folder, environment, input: 'Hello\nMy name is Bora.\n' });
    expect(first.code).toBe(0);
    expect(first.stdout).toBe('line one↵line two\nline one↵line two\n');
    expect(first.stderr).toContain('you talk to Rook');
    const again = await runTroupe(['chat', '--persona', 'rook', '--json'], { folder, environment, input: 'Who am I?' });
    expect(JSON.parse(again.stdout)).toMatchObject({
      text: expect.stringContaining('line two'),
      reasoning: '',
      end: 'complete',
      usage: { prompt: expect.any(Number), reply: expect.any(Number) },
    });
    const said = model
      .chats()
      .at(-1)
      ?.messages.filter(({ role }) => role === 'user')
      .map(({ content }) => content);
    expect(said?.slice(-3)).toEqual(['Hello', 'My name is Bora.', 'Who am I?']);
  });

  it('keeps sessions apart by their names', async () => {
    const folder = await makeFolder();
    const environment = { OPENAI_BASE_URL: model.baseUrl };
    await runTroupe(['chat', '--session', 'one'], { folder, environment, input: 'a secret' });
    await runTroupe(['chat', '--session', 'two'], { folder, environment, input: 'hello' });
    expect(JSON.stringify(model.chats().at(-1)?.messages)).not.toContain('a secret');
  });

  it('ends with exit code 1 when a line got no answer, and says why on stderr', async () => {
    await model.refuse();
    const environment = { OPENAI_BASE_URL: model.baseUrl };
    const { code, stdout, stderr } = await runTroupe(['chat'], { folder: await makeFolder(), environment, input: 'hi\n' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Missing: the model does not answer yet');
    expect(stderr).toContain('troupe: I cannot reach my language model');
  });
});

it('start opens the terminal where there is no token, and ends with the input', async () => {
  const environment = { OPENAI_BASE_URL: model.baseUrl };
  const { code, stdout, stderr } = await runTroupe(['start'], {
    folder: await makeFolder(),
    environment,
    input: 'Hello\nMy name is Bora.\n',
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'You said: Hello\nYou said: My name is Bora.\n' });
  expect(stderr).toContain('Troupe in the terminal; you talk to Sunny.');
  expect(stderr).toContain('Model: double-1');
});
