import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bot } from '../../src/bot/bot.ts';
import { ChannelQueue } from '../../src/bot/channel-queue.ts';
import { handleMessage } from '../../src/bot/handle-message.ts';
import type { ReplyPart } from '../../src/chat.ts';
import { BackendError, StoreError } from '../../src/errors.ts';
import { createEvilBackend } from '../evil-backend.ts';
import {
  createTestBot,
  makeMessage,
  makePersona,
  NO_USAGE,
  personaSet,
  recordingOutgoing,
  saying,
  scriptedBackend,
} from './stage.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const bot of open.splice(0)) await bot.close();
});

async function stage(...args: Parameters<typeof createTestBot>) {
  const bot = await createTestBot(...args);
  open.push(bot);
  return bot;
}

async function turnsOf(bot: Bot, session = 'discord-1') {
  const { turns } = await bot.sessions.recall(session);
  return turns.map(({ role, author, variants, chosen }) => `${role} ${author.name}: ${variants[chosen]?.text}`);
}

/** What the model was shown last, as one text a message. */
function lastPrompt(backend: ReturnType<typeof scriptedBackend>): string[] {
  const rendered = backend.requests.at(-1)?.rendered;
  if (rendered?.input !== 'messages') throw new Error('no messages were sent');
  return rendered.messages.map(({ role, content }) => `${role}: ${content}`);
}

describe('handleMessage', () => {
  it('answers, shows the reply and remembers both turns', async () => {
    const bot = await stage(scriptedBackend(() => saying('Good ', 'morning!')));
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('Hello'), outgoing);
    expect(outgoing.typed).toBeGreaterThan(0);
    expect(outgoing.shown.map(({ texts }) => texts.at(-1))).toEqual(['Good morning!']);
    expect(await turnsOf(bot)).toEqual(['user Mina: Hello', 'assistant Sunny: Good morning!']);
    const [, reply] = (await bot.sessions.recall('discord-1')).turns;
    expect(reply).toMatchObject({ answers: reply?.id.slice(1), variants: [{ messageIds: ['s1'], end: 'complete' }] });
    const record = await bot.records.find(reply?.variants[0]?.recordId ?? '');
    expect(record).toMatchObject({
      session: 'discord-1',
      backend: 'default',
      model: 'scripted',
      layout: 'chat',
      turns: { count: 0 },
    });
    expect(await bot.records.findPersona(record?.persona.hash ?? '')).toMatchObject({ name: 'Sunny' });
  });

  it('rebuilds the whole prompt each time: instructions, every turn in order, then the message', async () => {
    const backend = scriptedBackend((request) => saying(`answer ${request.seed}`));
    const bot = await stage(backend);
    for (const text of ['one', 'two', 'three']) await handleMessage(bot, makeMessage(text), recordingOutgoing());
    const [system, ...turns] = lastPrompt(backend);
    expect(system).toContain('Be kind.');
    expect(system).toContain('You are Sunny.');
    expect(turns).toEqual([
      'user: Mina: one',
      'assistant: answer 1',
      'user: Mina: two',
      'assistant: answer 2',
      'user: Mina: three',
    ]);
  });

  it('says nothing to messages that are not for it', async () => {
    const bot = await stage(scriptedBackend(() => saying('Hm?')));
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('by the way', { mentionsBot: false }), outgoing);
    expect(outgoing).toMatchObject({ shown: [], notices: [], typed: 0 });
    expect(await turnsOf(bot)).toEqual([]);
  });

  it('answers in the order of arrival, one at a time per channel', async () => {
    let running = 0;
    const backend = scriptedBackend(async function* (): AsyncGenerator<ReplyPart> {
      running += 1;
      expect(running).toBe(1);
      await sleep(5);
      running -= 1;
      yield* saying('ok');
    });
    const bot = await stage(backend);
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => handleMessage(bot, makeMessage(text), recordingOutgoing())));
    expect((await turnsOf(bot)).filter((turn) => turn.startsWith('user'))).toEqual(
      ['a', 'b', 'c', 'd'].map((text) => `user Mina: ${text}`),
    );
    expect(lastPrompt(backend).length).toBe(8);
  });

  it('tells people once when too many wait, until all of them are answered', async () => {
    const bot = await stage(
      scriptedBackend(() => saying('ok')),
      { answers: new ChannelQueue(1) },
    );
    const places = Array.from({ length: 5 }, () => recordingOutgoing());
    await Promise.all(places.map((outgoing) => handleMessage(bot, makeMessage('hi'), outgoing)));
    expect(places.map(({ shown }) => shown.length)).toEqual([1, 1, 0, 0, 0]);
    expect(places.map(({ notices }) => notices.length)).toEqual([0, 0, 1, 0, 0]);
    const later = Array.from({ length: 3 }, () => recordingOutgoing());
    await Promise.all(later.map((outgoing) => handleMessage(bot, makeMessage('hi'), outgoing)));
    expect(later.map(({ notices }) => notices.length)).toEqual([0, 0, 1]);
  });

  it('answers a message that is delivered twice only once', async () => {
    const bot = await stage(scriptedBackend(() => saying('once')));
    const message = makeMessage('Hello');
    const places = [recordingOutgoing(), recordingOutgoing()];
    for (const outgoing of places) await handleMessage(bot, message, outgoing);
    expect(places.map(({ shown }) => shown.length)).toEqual([1, 0]);
    expect((await turnsOf(bot)).length).toBe(2);
  });

  it('has in the store what people see before they see it, so that a crash in mid-reply forgets nothing', async () => {
    const bot = await stage(
      scriptedBackend(async function* () {
        for (const text of ['One. ', 'Two. ', 'Three.']) {
          await sleep(10);
          yield { type: 'text', text };
        }
        yield { type: 'end', reason: 'complete', usage: NO_USAGE };
      }),
    );
    const outgoing = recordingOutgoing();
    const seen: [string, string][] = [];
    const watch = async (text: string) => {
      const reply = (await bot.sessions.recall('discord-1')).turns.find(({ role }) => role === 'assistant');
      seen.push([text, reply?.variants[0]?.text ?? '']);
    };
    const { post, edit } = outgoing;
    await handleMessage(bot, makeMessage('Count'), {
      ...outgoing,
      post: (text, nonce) => watch(text).then(() => post(text, nonce)),
      edit: (id, text) => watch(text).then(() => edit(id, text)),
    });
    expect(seen.length).toBeGreaterThan(1);
    for (const [shown, kept] of seen) expect(kept.startsWith(shown.trim())).toBe(true);
    const [, reply] = (await bot.sessions.recall('discord-1')).turns;
    expect(reply?.variants).toMatchObject([{ text: 'One. Two. Three.', end: 'complete', messageIds: ['s1'] }]);
  });

  it('shows nothing that cannot be remembered, and says so', async () => {
    const bot = await stage(
      scriptedBackend(async function* () {
        yield { type: 'text', text: 'One. ' };
        await sleep(20);
        yield { type: 'text', text: 'Two.' };
        yield { type: 'end', reason: 'complete', usage: NO_USAGE };
      }),
    );
    const records = { ...bot.records, put: () => sleep(30).then(() => Promise.reject(new StoreError('The disk is full.'))) };
    const outgoing = recordingOutgoing();
    await handleMessage({ ...bot, records }, makeMessage('Count'), outgoing);
    const [, reply] = (await bot.sessions.recall('discord-1')).turns;
    expect(reply?.variants).toMatchObject([{ text: outgoing.shown[0]?.texts.at(-1), end: 'broken' }]);
    expect(outgoing.notices.join()).toContain('I cannot reach my memory');
  });

  it('ends a reply of a server that does not keep to maxTokens', async () => {
    let stopped = false;
    const backend = scriptedBackend(async function* () {
      try {
        for (;;) yield { type: 'text', text: 'and on and on '.repeat(20) };
      } finally {
        stopped = true;
      }
    });
    const bot = await stage(backend);
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('Go on'), outgoing);
    expect(stopped).toBe(true);
    const [, reply] = (await bot.sessions.recall('discord-1')).turns;
    expect(reply?.variants[0]?.end).toBe('length');
    expect(reply?.variants[0]?.text.length).toBeLessThan(41_000);
    expect(outgoing.shown.length).toBeLessThan(25);
  });

  it('takes a reply of nothing visible for none', async () => {
    const bot = await stage(scriptedBackend(() => saying('\u0001\u0002\u202e')));
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('Hello'), outgoing);
    expect(outgoing.notices).toEqual(['My language model answered nothing I could show. Please try again.']);
    expect(await turnsOf(bot)).toEqual(['user Mina: Hello']);
  });

  it('keeps what was said when the model breaks off, marks it, and remembers both turns', async () => {
    const backend = scriptedBackend(async function* () {
      yield { type: 'text', text: 'The first half' };
      throw new BackendError('scripted', 'broken-reply', 'the stream ended early.');
    });
    const bot = await stage(backend);
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('Tell me'), outgoing);
    expect(outgoing.shown[0]?.texts.at(-1)).toBe('The first half\n-# cut short: the language model stopped answering');
    expect(await turnsOf(bot)).toEqual(['user Mina: Tell me', 'assistant Sunny: The first half']);
    expect((await bot.sessions.recall('discord-1')).turns[1]?.variants[0]?.end).toBe('broken');
  });

  it.each([
    ['an unreachable model', new BackendError('scripted', 'unreachable', 'no.'), 'I cannot reach my language model right now.'],
    ['a rate limit', new BackendError('scripted', 'rate-limited', 'no.'), 'slow down'],
    ['an unexpected error', new TypeError('oops'), 'Something went wrong here.'],
  ])('tells people about %s and keeps their message', async (_name, error, notice) => {
    const bot = await stage(
      scriptedBackend(() => {
        throw error;
      }),
    );
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('Hello'), outgoing);
    expect(outgoing.shown).toEqual([]);
    expect(outgoing.notices.join()).toContain(notice);
    expect(await turnsOf(bot)).toEqual(['user Mina: Hello']);
  });

  it('takes a reply without visible text for a failure that people see', async () => {
    const bot = await stage(
      scriptedBackend(async function* (): AsyncGenerator<ReplyPart> {
        yield { type: 'reasoning', text: 'hm' };
        yield { type: 'text', text: '  \n ' };
        yield { type: 'end', reason: 'length', usage: NO_USAGE };
      }),
    );
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('Hello'), outgoing);
    expect(outgoing.notices).toEqual(['My language model answered nothing I could show. Please try again.']);
    expect(await turnsOf(bot)).toEqual(['user Mina: Hello']);
  });

  it('does not answer from an empty memory when the store fails', async () => {
    const backend = scriptedBackend(() => saying('I remember nothing'));
    const bot = await stage(backend);
    const failing: Bot = {
      ...bot,
      sessions: { ...bot.sessions, recall: () => Promise.reject(new StoreError('The disk is gone.')) },
    };
    const outgoing = recordingOutgoing();
    await handleMessage(failing, makeMessage('Hello'), outgoing);
    expect(backend.requests).toEqual([]);
    expect(outgoing.notices.join()).toContain('I cannot reach my memory right now');
  });

  it('speaks Korean where the house does', async () => {
    const bot = await stage(
      scriptedBackend(() => {
        throw new BackendError('x', 'unreachable', 'no.');
      }),
      {
        house: () => ({ system: '', sealed: [], language: 'ko' }),
      },
    );
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('안녕'), outgoing);
    expect(outgoing.notices.length).toBe(1);
    expect(outgoing.notices[0]).toMatch(/[가-힣]/);
  });

  it('says once when older messages no longer fit, and leaves them out from then on', async () => {
    const backend = scriptedBackend(() => saying('word '.repeat(60)), { contextTokens: 900 });
    const bot = await stage(backend, { personas: personaSet({ sampling: { ...makePersona().sampling, maxTokens: 100 } }) });
    const places = [];
    for (let turn = 0; turn < 14; turn += 1) {
      const outgoing = recordingOutgoing();
      places.push(outgoing);
      await handleMessage(bot, makeMessage(`message ${turn}`), outgoing);
    }
    const said = places.map(({ shown }) => shown[0]?.texts.at(-1)?.includes('no longer fit') ?? false);
    expect(said.filter(Boolean).length).toBeGreaterThanOrEqual(1);
    expect(said.filter(Boolean).length).toBeLessThan(5);
    expect(lastPrompt(backend).join('\n')).not.toContain('message 0\n');
    expect(lastPrompt(backend).at(-1)).toContain('message 13');
    expect((await bot.sessions.recall('discord-1')).cut).toBeGreaterThan(0);
  });

  it('stops an endless reply when the bot ends, and keeps it with its mark', async () => {
    const stopping = new AbortController();
    const bot = await stage(createEvilBackend({ mischiefs: ['endless'], paceMs: 1 }), { stopping: stopping.signal });
    const outgoing = recordingOutgoing();
    const answering = handleMessage(bot, makeMessage('Go on'), outgoing);
    await sleep(60);
    stopping.abort();
    await answering;
    expect(outgoing.shown[0]?.texts.at(-1)).toContain('-# cut short: the bot is shutting down');
    expect((await turnsOf(bot)).length).toBe(2);
  });

  it('marks every reply of a demonstration model, and never in its memory', async () => {
    const bot = await stage(
      scriptedBackend(() => saying('Hi')),
      { demo: true },
    );
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('Hello'), outgoing);
    expect(outgoing.shown[0]?.texts.at(-1)).toBe('Hi\n-# demo model');
    expect(await turnsOf(bot)).toEqual(['user Mina: Hello', 'assistant Sunny: Hi']);
  });

  it('lets no mass mention out, whatever the model says', async () => {
    const bot = await stage(createEvilBackend({ mischiefs: ['ping', 'forge'] }));
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage('Ping them'), outgoing);
    const texts = outgoing.shown.flatMap((message) => message.texts).join('\n');
    expect(texts).toContain('everyone');
    expect(texts).not.toMatch(/@(everyone|here)/);
  });
});
