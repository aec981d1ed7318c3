import { expect, it } from 'vitest';
import { dialsWithoutEffect } from '../../src/bot/dials-without-effect.ts';
import { handleMessage } from '../../src/bot/handle-message.ts';
import type { Dial, Sampling } from '../../src/chat.ts';
import { createRelayLog } from '../../src/log.ts';
import { DEFAULT_SAMPLING } from '../../src/personas/sampling.ts';
import { call } from './commands/calling.ts';
import { createTestBot, makeMessage, makePersona, personaSet, recordingOutgoing, saying, scriptedBackend } from './stage.ts';

const DRY = { multiplier: 0.8, base: 1.75, allowedLength: 2, range: 0, breakers: ['\n'] };
const HONOURS: readonly Dial[] = ['temperature', 'maxTokens', 'topP', 'stop', 'seed'];
const TURNED: Sampling = { ...DEFAULT_SAMPLING, temperature: 0.3, minP: 0.1, dry: DRY, logitBias: { ' oh': false } };

async function openBot(sampling: Sampling) {
  const lines: string[] = [];
  const backend = scriptedBackend(() => saying('Fine.'), { honours: HONOURS });
  const bot = await createTestBot(backend, {
    personas: personaSet({ sampling }),
    log: createRelayLog((line) => lines.push(line)),
  });
  const warnings = () => lines.map((line) => JSON.parse(line)).filter(({ dials }) => dials !== undefined);
  return { bot, warnings };
}

it('finds the dials that are turned and not honoured, and none that stand where they stand by themselves', () => {
  expect(dialsWithoutEffect(TURNED, { honours: HONOURS })).toEqual(['minP', 'dry', 'logitBias']);
  expect(dialsWithoutEffect(DEFAULT_SAMPLING, { honours: [] })).toEqual([]);
  expect(
    dialsWithoutEffect({ ...TURNED, minP: 0, dry: { ...DRY, multiplier: 0 }, logitBias: {} }, { honours: HONOURS }),
  ).toEqual([]);
});

it('they are told once in the log, and again when the persona has changed', async () => {
  const { bot, warnings } = await openBot(TURNED);
  for (const text of ['hello', 'again']) await handleMessage(bot, makeMessage(text), recordingOutgoing());
  expect(warnings()).toMatchObject([{ persona: 'sunny', backend: 'default', dials: ['minP', 'dry', 'logitBias'] }]);
  const edited = makePersona({ sampling: { ...TURNED, dry: { ...DRY, multiplier: 0 } } });
  const later = { ...bot, personas: { all: () => [edited], find: () => edited } };
  await handleMessage(later, makeMessage('and now?'), recordingOutgoing());
  expect(warnings().map(({ dials }) => dials)).toEqual([
    ['minP', 'dry', 'logitBias'],
    ['minP', 'logitBias'],
  ]);
  await bot.close();
});

it('nothing is told of dials that are honoured', async () => {
  const { bot, warnings } = await openBot({ ...DEFAULT_SAMPLING, temperature: 0.3 });
  await handleMessage(bot, makeMessage('hello'), recordingOutgoing());
  expect(warnings()).toEqual([]);
  await bot.close();
});

it('/inspect prompt names each of them every time', async () => {
  const { bot } = await openBot(TURNED);
  for (let time = 0; time < 2; time++) {
    const { file } = await call(bot, 'inspect prompt');
    expect(file?.text.match(/^notice: .*$/gm)).toEqual(
      ['minP', 'dry', 'logitBias'].map((dial) => `notice:   the backend does not honour ${dial}: it has no effect`),
    );
  }
  await bot.close();
});
