import { describe, expect, it } from 'vitest';
import { createEvilBackend } from '../../evil-backend.ts';
import { answers, openPlayhouse, settled, written } from './playhouse.ts';

const MISSING_PERMISSIONS = { status: 403, body: { code: 50013, message: 'Missing Permissions' } };
const MESSAGES = '/channels/:id/messages';

describe('what leaves for Discord', () => {
  it('pings nobody, whatever the model writes, and carries an enforced nonce', async () => {
    const backend = createEvilBackend({ mischiefs: ['ping', 'forge', 'echo'] });
    const playhouse = await openPlayhouse({ backend });
    const { double, stageId, minaId } = playhouse;
    double.say(stageId, minaId, `<@${double.botUserId}> ping them all`);
    const said = (await answers(playhouse, stageId, 1)).join('');
    expect(said).toContain('<@80351110224678912>'); // a mention that would notify, if it were allowed to
    const sent = double.requests.filter(({ path }) => /\/channels\/\d+\/messages/.test(path)).map(({ body }) => body);
    expect(sent.length).toBeGreaterThan(0);
    for (const body of sent) expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
    expect(double.messages(stageId).at(-1)).toMatchObject({ nonce: expect.stringMatching(/^[\w-]{24}$/) });
    expect(double.violations).toEqual([]);
  });

  it('refers to the question with the first message of an answer only', async () => {
    const backend = createEvilBackend({ mischiefs: [], says: 'word '.repeat(900) });
    const playhouse = await openPlayhouse({ backend });
    const { double, stageId, minaId } = playhouse;
    const asked = double.say(stageId, minaId, 'Sunny, tell me everything');
    await answers(playhouse, stageId, 3);
    const own = double.messages(stageId).filter(({ authorId }) => authorId === double.botUserId);
    expect(own.map(({ replyTo }) => replyTo)).toEqual([asked, undefined, undefined]);
    expect(own.every(({ content }) => content.length <= 2_000)).toBe(true);
  });

  it('streams a long answer by edits, in order, without ever being told to slow down', async () => {
    const backend = createEvilBackend({
      mischiefs: ['forge', 'ping', 'forge', 'ping'],
      says: 'Once upon a time.',
      paceMs: 500,
    });
    const playhouse = await openPlayhouse({ backend });
    const { double, stageId, minaId } = playhouse;
    double.say(stageId, minaId, 'Sunny, a long story');
    await answers(playhouse, stageId, 1);
    const [answer] = double.messages(stageId).filter(({ authorId }) => authorId === double.botUserId);
    const versions = [...(answer?.edits ?? []).map(({ content }) => content)];
    expect(versions.length).toBeGreaterThanOrEqual(2);
    expect(versions.map(({ length }) => length)).toEqual(versions.map(({ length }) => length).toSorted((a, b) => a - b));
    expect(double.typing(stageId).length).toBeGreaterThan(0);
    expect(double.rateLimited).toBe(0);
  });

  it('answers without a reference where the question is gone', async () => {
    const backend = createEvilBackend({ mischiefs: [], says: 'Too late.', paceMs: 150 });
    const playhouse = await openPlayhouse({ backend });
    const { double, stageId, minaId } = playhouse;
    const asked = double.say(stageId, minaId, 'Sunny?');
    await double.waitFor(() => backend.requests.length > 0);
    double.deleteMessage(stageId, asked);
    expect(await answers(playhouse, stageId, 1)).toEqual(['Too late.']);
  });

  it('answers without a reference where it may not read the history', async () => {
    const playhouse = await openPlayhouse();
    const { double, stageId, minaId } = playhouse;
    double.failNext('POST', MESSAGES, {
      status: 400,
      body: { code: 160002, message: 'Cannot reply without permission to read message history' },
    });
    double.say(stageId, minaId, 'Sunny?');
    expect(await answers(playhouse, stageId, 1)).toEqual(['A fine day.']);
    expect(double.messages(stageId).at(-1)?.replyTo).toBeUndefined();
  });

  it('lets an answer end in peace when a moderator deletes it half-way', async () => {
    const backend = createEvilBackend({ mischiefs: ['forge', 'ping'], says: 'Once upon a time.', paceMs: 700 });
    const playhouse = await openPlayhouse({ backend });
    const { double, bot, stageId, minaId } = playhouse;
    double.say(stageId, minaId, 'Sunny, a story');
    const [first] = await double.waitFor(() => {
      const own = double.messages(stageId).filter(({ authorId }) => authorId === double.botUserId);
      return own.length > 0 && own;
    });
    double.deleteMessage(stageId, first?.id ?? '');
    await bot.answers.idle();
    expect(written(double, stageId)).toEqual([]);
    const { turns } = await bot.sessions.recall(`discord-${stageId}`);
    expect(turns).toHaveLength(2);
  });

  it('survives a channel where it may not write, and goes on elsewhere', async () => {
    const playhouse = await openPlayhouse();
    const { double, stageId, minaId } = playhouse;
    double.failNext('POST', MESSAGES, { ...MISSING_PERMISSIONS, times: 3 });
    double.say(stageId, minaId, 'Sunny?');
    await double.waitFor(() => double.requests.filter(({ status }) => status === 403).length === 3);
    await playhouse.bot.answers.idle();
    expect(written(double, stageId)).toEqual([]);
    await settled(playhouse);
  });

  it('tells people in small print what went wrong, as a reply', async () => {
    const playhouse = await openPlayhouse({ backend: createEvilBackend({ mischiefs: [], says: '   ' }) });
    const { double, stageId, minaId } = playhouse;
    const asked = double.say(stageId, minaId, 'Sunny?');
    expect(await answers(playhouse, stageId, 1)).toEqual([expect.stringMatching(/^-# .+\.$/)]);
    expect(double.messages(stageId).at(-1)?.replyTo).toBe(asked);
  });

  it('closes an open code block before a note', async () => {
    const backend = createEvilBackend({ mischiefs: [], says: '```js\nlet a = 1;' });
    const playhouse = await openPlayhouse({ backend, bot: { demo: true } });
    const { double, stageId, minaId } = playhouse;
    double.say(stageId, minaId, 'Sunny, code please');
    expect(await answers(playhouse, stageId, 1)).toEqual(['```js\nlet a = 1;\n```\n-# demo model']);
  });
});
