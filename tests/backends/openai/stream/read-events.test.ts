import { describe, expect, test } from 'vitest';
import { readEvents } from '../../../../src/backends/openai/stream/read-events.ts';

async function read(text: string, splitAt?: number): Promise<string[]> {
  const bytes = new TextEncoder().encode(text);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    if (splitAt !== undefined) yield bytes.slice(0, splitAt);
    yield bytes.slice(splitAt ?? 0);
  }
  const events: string[] = [];
  for await (const data of readEvents(pieces())) events.push(data);
  return events;
}

describe('the event reader', () => {
  test.each([
    ['\ufeffdata: a\n\ndata:b\n\n', ['a', 'b']],
    ['data: a\r\n\r\ndata: b\r\rdata: c\n\n', ['a', 'b', 'c']],
    ['data: one\ndata: two\ndata\n\n', ['one\ntwo\n']],
    [': ping\n\nevent: x\nid: 1\nretry: 9\ndata: 가 🦊\n\n: ping\n\n', ['가 🦊']],
    ['data:  two spaces\n\ndatabase: no\n\n', [' two spaces']],
    ['data: a\n\ndata: [DONE]', ['a', '[DONE]']],
    ['data: a\n\ndata: whole\n', ['a', 'whole']],
    ['data: a\n\ndata: {"cut":', ['a']],
    ['', []],
  ])('reads %j wherever its bytes are cut', async (text, events) => {
    expect(await read(text)).toEqual(events);
    for (let at = 0; at <= new TextEncoder().encode(text).length; at++) expect(await read(text, at)).toEqual(events);
  });

  test('gives up on a line without an end', async () => {
    await expect(read(`data: ${'x'.repeat(1024 * 1024)}`)).rejects.toThrow(/longer than 1048576/);
  });
});
