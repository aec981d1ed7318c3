import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { EditGovernor } from '../../src/bot/edit-governor.ts';
import type { Outgoing } from '../../src/bot/outgoing.ts';
import { Speaker } from '../../src/bot/speak.ts';
import { recordingOutgoing } from './stage.ts';

function speakerAt(outgoing: Outgoing) {
  const troubles: unknown[] = [];
  const governor = new EditGovernor(outgoing.pace, Date.now);
  const speaker = new Speaker({ outgoing, governor, triggerId: 't1', onTrouble: (error) => troubles.push(error) });
  return { speaker, troubles };
}

describe('Speaker', () => {
  it('shows the first text at once and the newest one with each edit, never every token', async () => {
    const outgoing = recordingOutgoing({ pace: { limit: 5, windowMs: 500, floorMs: 60 } });
    const { speaker } = speakerAt(outgoing);
    let text = '';
    for (let token = 0; token < 60; token += 1) {
      text += `t${token} `;
      speaker.show(text);
      await sleep(4);
    }
    const ids = await speaker.finish(text.trim());
    const [message] = outgoing.shown;
    expect(ids).toEqual([message?.id]);
    expect(message?.texts[0]).toBe('t0 ');
    expect(message?.texts.at(-1)).toBe(text.trim());
    expect(message?.texts.length).toBeLessThan(10);
    for (const [index, shown] of (message?.texts ?? []).entries()) {
      expect(text.startsWith(shown.trim())).toBe(true);
      expect(shown.length).toBeGreaterThan(message?.texts[index - 1]?.length ?? 0);
    }
  });

  it('never makes the reader of tokens wait for a slow place, and still ends with the whole text', async () => {
    const outgoing = recordingOutgoing();
    const { post } = outgoing;
    const slow: Outgoing = {
      ...outgoing,
      async post(text, nonce) {
        await sleep(80);
        return post(text, nonce);
      },
    };
    const { speaker } = speakerAt(slow);
    const startedAt = Date.now();
    speaker.show('a');
    speaker.show('ab');
    expect(Date.now() - startedAt).toBeLessThan(40);
    await speaker.finish('abc');
    expect(outgoing.shown[0]?.texts.at(-1)).toBe('abc');
  });

  it('posts a long reply in pieces with a nonce each, the same ones every time', async () => {
    const text = 'word '.repeat(300).trim();
    const runs = [];
    for (let run = 0; run < 2; run += 1) {
      const outgoing = recordingOutgoing({ maxLength: 500 });
      const ids = await speakerAt(outgoing).speaker.finish(text);
      expect(ids).toEqual(outgoing.shown.map(({ id }) => id));
      expect(outgoing.shown.map(({ texts }) => texts.at(-1)).join('')).toBe(text);
      runs.push(outgoing.shown.map(({ nonce }) => nonce));
    }
    expect(new Set(runs[0]).size).toBe(4);
    expect(runs[0]).toEqual(runs[1]);
    expect(Math.max(...(runs[0] ?? []).map((nonce) => nonce.length))).toBeLessThanOrEqual(25);
  });

  it('takes back a message that the last text no longer needs', async () => {
    const outgoing = recordingOutgoing({ maxLength: 60 });
    const { speaker } = speakerAt(outgoing);
    speaker.show(`\`\`\`\n${'x'.repeat(53)}`);
    await sleep(20);
    expect(outgoing.shown.length).toBe(2);
    await speaker.finish(`\`\`\`\n${'x'.repeat(53)}\`\`\``);
    expect(outgoing.shown.map(({ removed }) => removed)).toEqual([false, true]);
    expect(outgoing.shown[0]?.texts.at(-1)).toBe(`\`\`\`\n${'x'.repeat(53)}\`\`\``);
  });

  it('shows the last text though an edit on the way there failed, and does not try again at every token', async () => {
    let refusals = 0;
    const outgoing = recordingOutgoing();
    const { post } = outgoing;
    const refusing: Outgoing = {
      ...outgoing,
      async post(text, nonce) {
        if (text === 'hello there, all of you') return post(text, nonce);
        refusals += 1;
        throw new Error('500');
      },
    };
    const { speaker, troubles } = speakerAt(refusing);
    for (const text of ['hello', 'hello there', 'hello there, all']) {
      speaker.show(text);
      await sleep(5);
    }
    await speaker.finish('hello there, all of you');
    expect(outgoing.shown[0]?.texts).toEqual(['hello there, all of you']);
    expect(refusals).toBe(1);
    expect(troubles.length).toBe(1);
  });

  it('says how much of a text fits into the messages that were begun', async () => {
    const outgoing = recordingOutgoing({ maxLength: 100 });
    const { speaker } = speakerAt(outgoing);
    const text = 'word '.repeat(100).trim();
    speaker.show(text.slice(0, 90));
    await speaker.leave();
    expect(speaker.begunOf(text)).toBe('word '.repeat(19));
  });

  it('gives the error of a place that refuses to whoever finishes', async () => {
    const outgoing = recordingOutgoing({ post: () => Promise.reject(new Error('no permission')) });
    const { speaker } = speakerAt(outgoing);
    speaker.show('hello');
    await sleep(5);
    await expect(speaker.finish('hello')).rejects.toThrow('no permission');
  });

  it('shows typing until the first text, and reports when it cannot', async () => {
    const outgoing = recordingOutgoing();
    const { speaker } = speakerAt(outgoing);
    speaker.startTyping();
    expect(outgoing.typed).toBe(1);
    speaker.show('hello');
    await speaker.leave();
    expect(outgoing.typed).toBe(1);
    const refused = speakerAt(recordingOutgoing({ showTyping: () => Promise.reject(new Error('no access')) }));
    refused.speaker.startTyping();
    await sleep(5);
    expect(refused.troubles.map(String)).toEqual(['Error: no access']);
  });
});
