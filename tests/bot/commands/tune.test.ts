import { describe, expect, it } from 'vitest';
import { BackendError } from '../../../src/errors.ts';
import { DEFAULT_SAMPLING, DIALS, KEYED_DIALS } from '../../../src/personas/sampling.ts';
import { createEvilBackend } from '../../evil-backend.ts';
import { makePersona } from '../stage.ts';
import { CHANNEL, call, KOREAN, openBot, say } from './calling.ts';

const tune = (dial: string, value: string) => ({ dial, value });

describe('/tune set', () => {
  it('turns a dial for this channel, and the next request has it', async () => {
    const backend = createEvilBackend({ mischiefs: [], says: 'Fine.' });
    const bot = await openBot({}, backend);
    const reply = await call(bot, 'tune set', tune('temperature', '1.25'));
    expect(reply.ephemeral).toBe(false);
    expect(reply.text).toMatch(
      /^`temperature` is 1\.25 in this channel now \(a number from 0 to 2; the persona has 0\.5\)\. How freely/,
    );
    await say(bot, 'hello');
    expect(backend.requests[0]?.sampling).toMatchObject({ temperature: 1.25, maxTokens: 300 });
  });

  it.each(DIALS.map(({ name, min, max }) => ({ name, min, max })))(
    'takes $name at both ends of its range and nothing beyond',
    async ({ name, min, max }) => {
      const bot = await openBot();
      for (const value of [min, max]) {
        expect((await call(bot, 'tune set', tune(name, String(value)))).ephemeral).toBe(false);
        expect((await bot.settings.channel(CHANNEL.id)).sampling[name]).toBe(value);
      }
      for (const value of [min - 1, max + 1]) {
        const refused = await call(bot, 'tune set', tune(name, String(value)));
        expect(refused).toMatchObject({ ephemeral: true, text: expect.stringContaining(`${value} is outside of that`) });
        expect((await call(bot, 'tune set', tune(name, String(value)), KOREAN)).text).toMatch(/그 밖이에요/);
      }
      expect((await bot.settings.channel(CHANNEL.id)).sampling[name]).toBe(max);
    },
  );

  it.each([
    ['temperature', 'hot'],
    ['temperature', ''],
    ['temperature', 'Infinity'],
    ['topK', '1.5'],
    ['topK', 'NaN'],
  ])('refuses %s = %j', async (dial, value) => {
    const bot = await openBot();
    expect(await call(bot, 'tune set', tune(dial, value))).toMatchObject({
      ephemeral: true,
      text: expect.stringMatching(/is no such number/),
    });
    expect((await bot.settings.channel(CHANNEL.id)).sampling).toEqual({});
  });

  it.each([
    ['\\nMina:', ['\nMina:']],
    ['[END]', ['[END]']],
    ['a\\\\nb', ['a\\nb']],
    ['["\\nMina:", "###"]', ['\nMina:', '###']],
    ['[]', []],
  ])('reads stop = %j', async (value, stop) => {
    const bot = await openBot();
    expect((await call(bot, 'tune set', tune('stop', value))).ephemeral).toBe(false);
    expect((await bot.settings.channel(CHANNEL.id)).sampling).toEqual({ stop });
  });

  it.each(['["a",', '["a", 1]', '[""]', ''])('refuses stop = %j', async (value) => {
    const bot = await openBot();
    expect(await call(bot, 'tune set', tune('stop', value))).toMatchObject({
      ephemeral: true,
      text: expect.stringMatching(/cannot be read as that/),
    });
  });

  it('says when the backend does not honour the dial, and nothing when it does', async () => {
    const backend = createEvilBackend({ mischiefs: [] });
    const bot = await openBot({}, backend);
    expect((await call(bot, 'tune set', tune('minP', '0.1'))).text).toMatch(/does not honour `minP`/);
    expect((await call(bot, 'tune set', tune('minP', '0.1'), KOREAN)).text).toMatch(/따르지 않아서/);
    const facts = await backend.describe();
    const honouring = { ...backend, describe: async () => ({ ...facts, honours: ['minP'] as const }) };
    expect((await call(await openBot({}, honouring), 'tune set', tune('minP', '0.1'))).text).not.toMatch(/honour/);
  });

  it('keeps the setting when the backend cannot be asked', async () => {
    const backend = {
      ...createEvilBackend(),
      describe: () => Promise.reject(new BackendError('default', 'unreachable', 'nobody is there.')),
    };
    const bot = await openBot({}, backend);
    expect((await call(bot, 'tune set', tune('minP', '0.1'))).ephemeral).toBe(false);
    expect((await bot.settings.channel(CHANNEL.id)).sampling).toEqual({ minP: 0.1 });
  });
});

describe('/tune show', () => {
  it('shows every dial with value, range and effect, and what the channel changed', async () => {
    const bot = await openBot();
    await call(bot, 'tune set', tune('topK', '40'));
    const english = (await call(bot, 'tune show')).text;
    const korean = (await call(bot, 'tune show', {}, KOREAN)).text;
    for (const dial of [...DIALS.map(({ name }) => name), 'stop']) {
      expect(english).toContain(`- \`${dial}\`: **`);
      expect(korean).toContain(`- \`${dial}\`: **`);
    }
    expect(english).toContain('`topK`: **40** (the persona has 0); a whole number from 0 to 1000.');
    expect(english).toContain('`temperature`: **0.5**; a number');
    expect(english).toContain('`seed`: **drawn anew each time**');
    expect(korean).not.toMatch(/Choose|Lowers|Divides/);
  });

  it('shows the dials of the file as well, and fits one message of Discord while they are off', async () => {
    const bot = await openBot();
    const english = (await call(bot, 'tune show')).text;
    const korean = (await call(bot, 'tune show', {}, KOREAN)).text;
    for (const { name } of KEYED_DIALS) {
      expect(english).toContain(`- \`${name}\`: **off**; set in the persona’s file.`);
      expect(korean).toContain(`- \`${name}\`: **꺼짐**, 페르소나 파일에서 설정.`);
    }
    const turned = makePersona({ sampling: { ...DEFAULT_SAMPLING, logitBias: { ' *tea*': -5, ' oh': false } } });
    const shown = await call(await openBot({ personas: { all: () => [turned], find: () => turned } }), 'tune show');
    expect(shown.text).toContain('- `logitBias`: **`{" *tea*":-5," oh":false}`**;');
  });
});

describe('/tune reset', () => {
  it('puts every dial back', async () => {
    const bot = await openBot();
    await call(bot, 'tune set', tune('topK', '40'));
    await call(bot, 'tune set', tune('stop', 'END'));
    expect((await call(bot, 'tune reset')).text).toMatch(/back where \*\*Sunny\*\* has them/);
    expect((await bot.settings.channel(CHANNEL.id)).sampling).toEqual({});
  });
});
