import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import type { Usage } from '../../../../src/chat.ts';
import { hear, openBackend, request } from '../ask.ts';
import { createModelFiles, endlessModel } from '../model-files.ts';
import { type Conversation, converse } from './conversation.ts';

const files = createModelFiles();
const endless = files.write('endless.gguf', endlessModel());
afterAll(() => files.remove());

let folders = 0;
function dataFolder(): string {
  folders += 1;
  const folder = path.join(files.directory, `data-${folders}`);
  mkdirSync(folder);
  return folder;
}

/** What each session speaks of, so that no two of them begin alike. */
const WHERE = ['Beside the wall', 'Under our bridge', 'At that harbour', 'Over every hill', 'In my kitchen'];
const SYSTEM =
  'You are Sunny, who keeps a garden behind the station and knows every flower in it by its name. You are never in a hurry.';

/** Prompt tokens that did not stand in the session's last prompt or reply: what may be evaluated. */
function newTokens(now: Usage, before: Usage | undefined): number {
  // The last token of a reply that was cut by its limit has been said, but not evaluated.
  return now.prompt - (before ? before.prompt + before.reply - 1 : 0);
}

async function sayInTurn(
  backend: Backend,
  conversations: readonly Conversation[],
  rounds: number,
  last = new Map<Conversation, Usage>(),
) {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [index, conversation] of conversations.entries()) {
      const { usage } = await conversation.say(
        backend,
        `${WHERE[index]} in round ${round}: what grows there in the rain, and who sees it?`,
      );
      if (last.has(conversation)) ratios.push(usage.evaluated / newTokens(usage, last.get(conversation)));
      last.set(conversation, usage);
    }
  }
  return { ratios, last };
}

describe('more sessions than sequences', () => {
  test('cost their new tokens only, each in its turn', async () => {
    const backend = openBackend(endless, {}, dataFolder());
    const sessions = ['a', 'b', 'c', 'd', 'e'].map((name) => converse(name, { system: SYSTEM }));
    const { ratios } = await sayInTurn(backend, sessions, 4);
    expect(Math.max(...ratios)).toBe(1);
    await backend.close();
  });

  test('and after a restart in the middle', async () => {
    const folder = dataFolder();
    const sessions = ['a', 'b', 'c', 'd', 'e'].map((name) => converse(name, { system: SYSTEM }));
    const first = openBackend(endless, {}, folder);
    const { last } = await sayInTurn(first, sessions, 2);
    await first.close();
    const second = openBackend(endless, {}, folder);
    const { ratios } = await sayInTurn(second, sessions, 2, last);
    expect(ratios).toHaveLength(10);
    expect(Math.max(...ratios)).toBe(1);
    await second.close();
  });

  test('are evaluated again where nothing may be saved', async () => {
    const backend = openBackend(endless, { savedStates: { memory: 0, disk: 0 } }, dataFolder());
    const sessions = ['a', 'b', 'c'].map((name) => converse(name));
    const { ratios } = await sayInTurn(backend, sessions, 3);
    expect(Math.min(...ratios)).toBeGreaterThan(2);
    await backend.close();
  });
});

describe('what all sessions of a persona begin with', () => {
  test('is evaluated once, also for a session after a restart', async () => {
    const folder = dataFolder();
    const backend = openBackend(endless, {}, folder);
    const first = (await converse('a', { system: SYSTEM }).say(backend, 'Hello!')).usage;
    const second = (await converse('b', { system: SYSTEM }).say(backend, 'Where is my hat?')).usage;
    const own = (await converse('c').say(backend, 'Good evening.')).usage.prompt;
    expect(first.reused).toBe(0);
    expect(second.reused).toBeGreaterThanOrEqual(second.prompt - own - 2);
    const third = (await converse('d', { system: SYSTEM }).say(backend, 'Every fox sleeps.')).usage;
    expect(third.reused).toBe(second.reused);
    await backend.close();
    const again = openBackend(endless, {}, folder);
    const fourth = (await converse('e', { system: SYSTEM }).say(again, 'Music, please.')).usage;
    expect(fourth.reused).toBe(second.reused);
    await again.close();
  });
});

describe('a session that is forgotten', () => {
  test('is gone from its sequence and from the saved states, and others stay', async () => {
    const backend = openBackend(endless, {}, dataFolder());
    const sessions = ['a', 'b', 'c'].map((name) => converse(name, { persona: name }));
    await sayInTurn(backend, sessions, 1);
    await backend.forget?.('a');
    await backend.forget?.('c');
    const usages = [];
    for (const conversation of sessions) usages.push((await conversation.say(backend, 'And now?')).usage);
    const [saved, stays, live] = usages;
    expect(saved?.reused).toBeLessThan(10); // what ChatML itself begins with
    expect(live?.reused).toBeLessThan(10);
    expect(stays?.reused).toBeGreaterThan(30);
    await backend.close();
  });

  test('while its state is being saved does not stay in its sequence', async () => {
    const backend = openBackend(endless, {}, dataFolder());
    const sessions = ['a', 'b', 'c'].map((name) => converse(name, { persona: name }));
    await sayInTurn(backend, sessions, 2); // crowded, so that each is saved as soon as it has spoken
    for (const [index, conversation] of sessions.entries()) {
      await conversation.say(backend, 'And then?');
      await backend.forget?.(['a', 'b', 'c'][index] ?? '');
      expect((await conversation.say(backend, 'And now?')).usage.reused).toBeLessThan(10);
    }
    await backend.close();
  });

  test('while it speaks is forgotten when it has spoken', async () => {
    const backend = openBackend(endless, {}, dataFolder());
    const conversation = converse('a');
    await conversation.say(backend, 'Hello there, what grows in your garden?');
    const speaking = conversation.say(backend, 'Tell me more of it.', { maxTokens: 200 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await backend.forget?.('a');
    await speaking;
    expect((await conversation.say(backend, 'And now?')).usage.reused).toBeLessThan(10);
    await backend.close();
  });
});

describe('a line that is full', () => {
  test('refuses one more as busy, and answers everybody who waits', async () => {
    const backend = openBackend(endless, { waiting: 3 });
    await backend.describe();
    const asked = Array.from({ length: 6 }, (_, index) =>
      hear(backend, request('Hello', { maxTokens: 40 }, { session: `s${index}` })),
    );
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([
      { reason: { failure: 'busy', message: expect.stringMatching(/2 replies are being made and 3 wait for their turn/) } },
    ]);
    await backend.close();
  });
});
