import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { runTerminal, type TerminalOptions } from '../../src/bot/terminal.ts';
import type { ReplyPart } from '../../src/chat.ts';
import { BackendError } from '../../src/errors.ts';
import { createTestBot, NO_USAGE, personaSet, saying, scriptedBackend } from './stage.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const bot of open.splice(0)) await bot.close();
});

type Script = (turn: number) => AsyncIterable<ReplyPart>;

/** What a conversation of these lines writes. */
async function converse(input: string | Buffer, style: TerminalOptions['style'], script: Script) {
  let turn = 0;
  const backend = scriptedBackend(() => {
    turn += 1;
    return script(turn);
  });
  const bot = await createTestBot(backend, { personas: personaSet({ greeting: 'Good day, {{user}}.' }) });
  open.push(bot);
  const streams = { input: new PassThrough(), output: new PassThrough(), aside: new PassThrough() };
  const written = { output: '', aside: '' };
  for (const name of ['output', 'aside'] as const) streams[name].on('data', (data) => (written[name] += data.toString('utf8')));
  streams.input.end(input);
  const result = await runTerminal(bot, { ...streams, session: 'terminal', member: 'Bora', style });
  return { ...written, ...result, bot, backend };
}

describe('the terminal', () => {
  it('answers each line with one line, line breaks shown as ↵', async () => {
    const { output, failures } = await converse('Hello\nMy name is Bora.', 'lines', (turn) =>
      saying(`Answer ${turn},\n`, 'twice.'),
    );
    expect(output).toBe('Answer 1,↵twice.\nAnswer 2,↵twice.\n');
    expect(failures).toBe(0);
  });

  it('takes CRLF, empty lines, Korean and bytes that are no text', async () => {
    const input = Buffer.concat([Buffer.from('안녕\r\n\r\n   \nbye '), Buffer.from([0xff, 0xfe]), Buffer.from('\n')]);
    const { output, backend } = await converse(input, 'lines', (turn) => saying(`${turn}`));
    expect(output).toBe('1\n2\n');
    expect(JSON.stringify(backend.requests[0]?.rendered)).toContain('안녕');
  });

  it('lets no control character through, whatever the model says', async () => {
    const { output } = await converse('hi\n', 'lines', () => saying('a\u001b[31mred\u0007\rb\u202ec\u2028d'));
    expect(output).toBe('a[31mred↵bc↵d\n');
  });

  it('writes one object a reply for programs', async () => {
    const { output } = await converse('one\ntwo\n', 'json', async function* () {
      yield { type: 'reasoning', text: 'hm' };
      yield { type: 'text', text: 'Yes.' };
      yield { type: 'end', reason: 'complete', usage: NO_USAGE };
    });
    const replies = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(replies).toEqual(Array(2).fill({ text: 'Yes.', reasoning: 'hm', end: 'complete', usage: NO_USAGE }));
  });

  it.each([
    ['a line break at the end', ['Hello ', 'there.', '\n\n']],
    ['a code block', ['Code:\n', '```js\n', 'let a = 1;\n', '```', '\nDone.']],
    ['a very long reply', Array.from({ length: 900 }, (_, index) => `word${index} `)],
  ])('shows a growing reply once: %s', async (_name, parts) => {
    const { output } = await converse('go\n', 'stream', async function* () {
      for (const text of parts) {
        await new Promise((resolve) => setImmediate(resolve));
        yield { type: 'text', text };
      }
      yield { type: 'end', reason: 'complete', usage: NO_USAGE };
    });
    expect(output).toBe(`${parts.join('').trim()}\n`);
  });

  it('says aside why there was no answer, and counts it', async () => {
    const { output, aside, failures } = await converse('hi\n', 'lines', () => {
      throw new BackendError('local', 'unreachable', 'nothing answers.');
    });
    expect(output).toBe('');
    expect(aside).toContain('troupe: I cannot reach my language model');
    expect(failures).toBe(1);
  });

  it('leaves the cursor at the beginning of a line when a person at a keyboard ends the input', async () => {
    expect((await converse('hi\n', 'stream', () => saying('ok'))).aside).toMatch(/\nBora: \n$/);
    expect((await converse('hi\n', 'lines', () => saying('ok'))).aside).not.toMatch(/\n$/);
  });

  it('obeys a person at a keyboard, and takes piped lines for messages', async () => {
    const typed = await converse('hi\n/undo\n/undo\n/reset\n/bogus\n/help\nagain\n/quit\nnever read\n', 'stream', () =>
      saying('ok'),
    );
    expect(typed.output).toBe('ok\nok\n');
    for (const words of ['taken back', 'nothing to take back', 'A new session begins', 'Good day, Bora.', 'There is no /bogus'])
      expect(typed.aside).toContain(words);
    const { sessions } = typed.bot;
    expect((await sessions.recall('terminal')).turns.map(({ hidden }) => hidden)).toEqual([true, true]);
    expect((await sessions.recall('terminal-2')).turns.length).toBe(2);
    expect((await converse('/undo\n', 'lines', () => saying('a message'))).output).toBe('a message\n');
  });
});
