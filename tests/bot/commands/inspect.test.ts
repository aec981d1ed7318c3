import { describe, expect, it } from 'vitest';
import { handleMessage } from '../../../src/bot/handle-message.ts';
import type { ReplyRequest } from '../../../src/chat.ts';
import { createEvilBackend } from '../../evil-backend.ts';
import { makeMessage, recordingOutgoing } from '../stage.ts';
import { call, KOREAN, openBot, say } from './calling.ts';

function messagesOf(request: ReplyRequest | undefined) {
  return request?.rendered.input === 'messages' ? request.rendered.messages : undefined;
}

describe('/inspect prompt', () => {
  it('gives what the model is then sent, message for message', async () => {
    const backend = createEvilBackend({ mischiefs: [], says: 'Fine.' });
    const bot = await openBot({}, backend);
    await say(bot, 'My name is Bora.');
    const { file, text, ephemeral } = await call(bot, 'inspect prompt', { text: 'What is my name?' });
    expect(ephemeral).toBe(true);
    expect(text).toMatch(
      /^The exact prompt of \*\*Sunny\*\*'s next reply: \d+ tokens, template server, layout chat, backend evil \(evil\)\.$/,
    );
    await handleMessage(bot, makeMessage('What is my name?'), recordingOutgoing());
    const [, shown] = file?.text.split(/^=== sent: messages; .*===$/m) ?? [];
    expect(JSON.parse(shown ?? '')).toEqual(messagesOf(backend.requests.at(-1)));
  });

  it('shows each layer with role, speaker, turn and tokens', async () => {
    const bot = await openBot();
    await say(bot, 'My name is Bora.');
    const report = (await call(bot, 'inspect prompt')).file?.text;
    expect(report).toMatch(/=== 1\. house · system · \d+ tokens ===\nBe kind\./);
    expect(report).toMatch(/=== \d+\. persona · system · \d+ tokens ===/);
    expect(report).toMatch(/=== \d+\. history · user · Mina · turn 1 · \d+ tokens ===\n.*My name is Bora\./);
    expect(report).toMatch(/=== \d+\. message · user · Mina · \d+ tokens ===\n.*\(your next message\)/);
    expect(report).toMatch(/^sampling: \{.*"temperature":0\.5/m);
  });

  it('shows the text as the model reads it where we render the template', async () => {
    const bot = await openBot({}, createEvilBackend({ mischiefs: [], says: 'Fine.', input: 'pieces' }));
    const { file, text } = await call(bot, 'inspect prompt', { text: 'Hello' }, KOREAN);
    expect(text).toMatch(/프롬프트 그대로예요.*chatml/);
    expect(file?.text).toMatch(/=== sent: the text as the model reads it ===\n<\|im_start\|>system/);
  });

  it('says what the model’s own template had to change', async () => {
    const evil = createEvilBackend({ mischiefs: [], says: 'Fine.', input: 'pieces' });
    const { model, ...facts } = await evil.describe();
    const template = `{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|assistant|>`;
    const bot = await openBot({}, { ...evil, describe: async () => ({ ...facts, model: { ...model, template } }) });
    const report = (await call(bot, 'inspect prompt', { text: 'Hello' })).file?.text;
    expect(report).toMatch(/^template: auto\n {10}the system message begins the first user’s turn$/m);
    expect(report).toMatch(/=== sent: the text as the model reads it ===\n<\|user\|>Be kind\./);
  });

  it('says what is to know of the backend', async () => {
    const evil = createEvilBackend({ mischiefs: [], says: 'Fine.' });
    const notices = ['The server of backend evil refuses top_k for m: the setting topK has no effect there.'];
    const bot = await openBot({}, { ...evil, describe: async () => ({ ...(await evil.describe()), notices }) });
    const report = (await call(bot, 'inspect prompt', { text: 'Hello' })).file?.text;
    expect(report).toMatch(/^notice: {3}The server of backend evil refuses top_k for m/m);
  });

  it('changes nothing', async () => {
    const bot = await openBot();
    await call(bot, 'inspect prompt', { text: 'Hello' });
    expect((await bot.sessions.recall('discord-1')).turns).toEqual([]);
  });
});
