import { expect, it } from 'vitest';
import type { ChatMessage, Thinking } from '../../../../src/chat.ts';
import { openTemplate } from '../../../../src/prompt/template.ts';

export const system = (content: string): ChatMessage => ({ role: 'system', content });
export const user = (content: string): ChatMessage => ({ role: 'user', content });
export const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

/** Noon of 20 November 2026: the date that templates tell here. */
export const NOW = Date.UTC(2026, 10, 20, 12);

export const SHAPES = {
  'a conversation': [system('Be kind.'), user('hi'), assistant('Hm.'), user('Mina: more?')],
  'a conversation without a system message': [user('hi'), assistant('Hm.'), user('more?')],
  'a system message in mid-history': [system('Be kind.'), user('a'), assistant('b'), system('Night falls.'), user('c')],
  'two users in a row': [system('Be kind.'), user('Mina: a'), user('Bora: b')],
  'a greeting first': [system('Be kind.'), assistant('Sit.'), user('hi')],
  'white space around texts': [system(' Be kind.\n'), user(' hi '), assistant('\nHm. '), user(' more?\n')],
} satisfies Record<string, ChatMessage[]>;

type Settings = { thinking?: Thinking; opening?: string };

export async function write(name: string, messages: readonly ChatMessage[], settings: Settings = {}): Promise<string> {
  const pieces = await openTemplate(name).render(messages, { opening: '', now: NOW, ...settings });
  return pieces.map(({ text }) => text).join('');
}

/** One test for each shape: what the template writes with thinking off, byte for byte, as lines that are joined as they are. */
export function itWrites(name: string, expected: Record<keyof typeof SHAPES, readonly string[]>): void {
  it.each(Object.entries(expected))(`${name} writes %s`, async (shape, lines) => {
    expect(await write(name, SHAPES[shape as keyof typeof SHAPES])).toBe(lines.join(''));
  });
}

/** The whole prompt of one question, for each way to think, as lines that are joined as they are. */
export function itAsks(name: string, expected: Record<Thinking, readonly string[]>): void {
  it.each(Object.entries(expected))(`${name} asks with thinking %s`, async (thinking, lines) => {
    expect(await write(name, [system('Be kind.'), user('hi')], { thinking: thinking as Thinking })).toBe(lines.join(''));
  });
}

export function itNeverReasons(name: string): void {
  it(`${name} writes the same whether the persona may think or not, and opens its line`, async () => {
    for (const thinking of ['low', 'full'] as const) {
      expect(await write(name, SHAPES['a conversation'], { thinking })).toBe(await write(name, SHAPES['a conversation']));
      expect(await write(name, [user('hi')], { thinking, opening: 'Rook:' })).toMatch(/Rook:$/);
    }
  });
}

/** What stands between a question and the end of the prompt, where the persona's line is opened for it. */
export function itOpens(name: string, ending: string): void {
  it(`${name} opens the persona’s line`, async () => {
    const asked = await write(name, [user('Hello')], { opening: 'Rook:' });
    expect(asked.slice(asked.lastIndexOf('Hello') + 'Hello'.length)).toBe(ending);
  });
}

export function itStopsAt(name: string, stop: readonly string[]): void {
  it(`${name} stops at ${stop.map((text) => JSON.stringify(text)).join(', ')}`, () => {
    expect(openTemplate(name).stop).toEqual(stop);
  });
}
