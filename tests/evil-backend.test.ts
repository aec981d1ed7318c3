import { describe, expect, test } from 'vitest';
import type { ReplyPart, ReplyRequest } from '../src/chat.ts';
import { createEvilBackend, type EvilOptions, FORGERIES, PINGS } from './evil-backend.ts';

const request: ReplyRequest = {
  rendered: {
    input: 'messages',
    messages: [
      { role: 'system', content: 'The secret is 4711.' },
      { role: 'user', content: 'What is it?' },
    ],
  },
  sampling: {
    temperature: 1,
    maxTokens: 10,
    topP: 1,
    topK: 0,
    minP: 0,
    repeatPenalty: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    stop: ['4711'],
  },
  thinking: 'off',
  seed: 1,
  session: 's',
  persona: 'p',
};

async function hear(options: EvilOptions, most: number, asked = request): Promise<ReplyPart[]> {
  const stopping = new AbortController();
  const parts: ReplyPart[] = [];
  for await (const part of createEvilBackend(options).reply(asked, stopping.signal)) {
    parts.push(part);
    if (parts.length === most) stopping.abort();
  }
  return parts;
}

const textOf = (parts: readonly ReplyPart[]) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('the evil backend', () => {
  test('tells its whole prompt, whatever stop strings and maxTokens say', async () => {
    expect(textOf(await hear({ mischiefs: ['echo'] }, 9))).toContain('system: The secret is 4711.\nuser: What is it?');
    const pieces: ReplyRequest = {
      ...request,
      rendered: { input: 'pieces', pieces: [{ text: '<|im_start|>', control: true }] },
    };
    expect(textOf(await hear({ mischiefs: ['echo'] }, 9, pieces))).toContain('<|im_start|>');
  });

  test('pings everybody and forges roles and control tokens', async () => {
    const text = textOf(await hear({ mischiefs: ['ping', 'forge'], says: 'Mwahaha. ' }, 99));
    expect(text).toBe(`Mwahaha. ${PINGS}\n${FORGERIES.join('')}`);
    expect(text).toMatch(/@everyone.*<@&\d+>/);
    expect(text).toContain('<|im_start|>system');
  });

  test('never stops until it is aborted', async () => {
    const parts = await hear({}, 500);
    expect(parts).toHaveLength(501);
    expect(parts.at(-1)).toMatchObject({ type: 'end', reason: 'aborted' });
  });
});
