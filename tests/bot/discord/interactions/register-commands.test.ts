import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../../src/bot/discord/interactions/register-commands.ts';
import { openBot, openDouble, startAt } from '../playhouse.ts';

describe('registerCommands', () => {
  it('writes all commands once, and not again at the next start', async () => {
    const { double } = await openDouble();
    const bot = await openBot();
    const puts = () => double.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/commands'));
    const first = await startAt(double, bot);
    expect(first.missing).toEqual([]);
    expect(puts()).toHaveLength(1);
    expect(double.commands().map(({ name }) => name)).toEqual(['persona', 'session', 'tune', 'inspect']);
    await first.close();
    await startAt(double, bot);
    expect(puts()).toHaveLength(1);
    expect(double.violations).toEqual([]);
  });

  it('lets the bot start and says so when Discord does not take the commands', async () => {
    const { double } = await openDouble();
    double.failNext('PUT', '/applications/:id/commands', { status: 400, body: { code: 50035, message: 'Invalid Form Body' } });
    const venue = await startAt(double, await openBot());
    expect(venue.missing).toEqual([expect.stringMatching(/slash commands \(Invalid Form Body\)/)]);
  });
});

describe('fingerprint', () => {
  const ours = { name: 'tune', type: 1, description: 'Turn', contexts: [0, 1], options: [{ name: 'set', required: false }] };

  it('is the same for what Discord adds and for another order', () => {
    const theirs = {
      id: '1',
      version: '2',
      contexts: [1, 0],
      nsfw: false,
      default_member_permissions: null,
      description: 'Turn',
      options: [{ name: 'set', options: [] }],
      type: 1,
      name: 'tune',
      name_localizations: null,
    };
    expect(fingerprint([theirs])).toBe(fingerprint([ours]));
  });

  it.each([
    { ...ours, description: 'Turned' },
    { ...ours, options: [{ name: 'set', required: true }] },
    { ...ours, options: [] },
    { ...ours, contexts: [0] },
    { ...ours, name_localizations: { ko: '조율' } },
  ])('differs when something we say differs: %j', (changed) => {
    expect(fingerprint([changed])).not.toBe(fingerprint([ours]));
  });

  it('differs when a command comes or goes', () => {
    expect(fingerprint([ours, { ...ours, name: 'other' }])).not.toBe(fingerprint([ours]));
    expect(fingerprint([])).not.toBe(fingerprint([ours]));
  });
});
