import { expect, it } from 'vitest';
import { openSettings, sessionName } from '../../src/memory/settings.ts';
import { freshStore } from './fixtures.ts';

it('gives a channel that nobody set its defaults', async () => {
  expect(await openSettings(await freshStore()).channel('c')).toEqual({ sampling: {}, generation: 1 });
});

it('merges each change into what was set, for this channel only', async () => {
  const store = await freshStore();
  const settings = openSettings(store);
  await settings.change('c', { persona: 'rook', sampling: { temperature: 0.5, topK: 10 } });
  await settings.change('c', { sampling: { topK: 20, stop: ['x'] } });
  const now = await settings.change('c', { generation: 2 });
  expect(now).toEqual({ persona: 'rook', sampling: { temperature: 0.5, topK: 20, stop: ['x'] }, generation: 2 });
  expect(await openSettings(store).channel('c')).toEqual(now);
  expect(await settings.channel('d')).toEqual({ sampling: {}, generation: 1 });
});

it('takes back what is set to undefined', async () => {
  const settings = openSettings(await freshStore());
  await settings.change('c', { persona: 'rook', sampling: { temperature: 0.5, topK: 10 } });
  expect(await settings.change('c', { persona: undefined, sampling: { topK: undefined } })).toEqual({
    sampling: { temperature: 0.5 },
    generation: 1,
  });
  expect(await settings.change('c', { sampling: undefined })).toEqual({ sampling: {}, generation: 1 });
});

it('loses none of many changes made at once', async () => {
  const settings = openSettings(await freshStore());
  const dials = ['temperature', 'topP', 'topK', 'minP', 'maxTokens', 'repeatPenalty'] as const;
  await Promise.all(dials.map((dial, index) => settings.change('c', { sampling: { [dial]: index } })));
  expect(Object.keys((await settings.channel('c')).sampling).sort()).toEqual([...dials].sort());
});

it('names the session of a channel by its generation', () => {
  expect(sessionName('123', { sampling: {}, generation: 1 })).toBe('123');
  expect(sessionName('123', { sampling: {}, generation: 3 })).toBe('123-3');
});
