// A base model gets one growing text, in which its own replies stand among all else.
import { afterAll, expect, test } from 'vitest';
import type { Usage } from '../../../../src/chat.ts';
import { hear, openBackend, request } from '../ask.ts';
import { createModelFiles, endlessModel } from '../model-files.ts';

const files = createModelFiles();
const endless = files.write('endless.gguf', endlessModel());
afterAll(() => files.remove());

test('a transcript costs its new lines only, whatever the replies in it would be cut into', async () => {
  const backend = openBackend(endless, { sequences: 1 });
  let transcript = 'Sunny keeps a garden behind the station.\n';
  let before: Usage | undefined;
  for (let turn = 1; turn <= 8; turn++) {
    transcript += `Mina: What grows there in round ${turn}?\nSunny:`;
    const rendered = { input: 'pieces' as const, pieces: [{ text: transcript, control: false }] };
    const dials = { maxTokens: 16, temperature: 1.2, stop: ['\n'] };
    const { text, usage } = await hear(backend, request('', dials, { rendered, session: 'script', seed: turn }));
    if (before) expect(usage.reused).toBeGreaterThanOrEqual(before.prompt + before.reply - 2);
    before = usage;
    transcript += `${text}\n`;
  }
  await backend.close();
});

test('a reply that was edited costs what comes after the edit', async () => {
  const backend = openBackend(endless, { sequences: 1 });
  const start = 'Mina: Tell me a story.\nSunny:';
  const ask = (text: string) =>
    hear(
      backend,
      request('', { maxTokens: 40 }, { rendered: { input: 'pieces', pieces: [{ text, control: false }] }, session: 'edited' }),
    );
  const first = await ask(start);
  const words = first.text.split(' ');
  const edited = [...words.slice(0, words.length - 5), 'nothing', 'more.'].join(' ');
  const { usage } = await ask(`${start}${edited}\nMina: And then?\nSunny:`);
  const kept = usage.reused - first.usage.prompt;
  expect(kept).toBeGreaterThan(first.usage.reply / 2);
  expect(kept).toBeLessThan(first.usage.reply - 3);
  await backend.close();
});
