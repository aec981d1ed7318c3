import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { redact } from '../src/log.ts';

// Shaped like the real thing, put together here so that no scanner takes them for one.
const TOKEN = ['MTE5ODc2NTQzMjEwMTIzNDU2Nw', 'GdOuBl', 'x'.repeat(38)].join('.');
const KEY = `sk-${'proj-abcdefghijklmnop123456'}`;

/** What the log writes to stderr when this statement runs in a process of its own. */
function logged(statement: string): string {
  const log = path.join(import.meta.dirname, '..', 'src', 'log.ts');
  const errors = path.join(import.meta.dirname, '..', 'src', 'errors.ts');
  const program = `
    import { createLog } from ${JSON.stringify(log)};
    import { BackendError } from ${JSON.stringify(errors)};
    const log = createLog('info');
    ${statement}`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect(run.stdout).toBe('');
  return run.stderr;
}

describe('redact', () => {
  it.each([
    ['a Discord token', `login with ${TOKEN} failed`, TOKEN],
    ['an API key', `Incorrect API key provided: ${KEY}.`, KEY],
    ['a bearer header', 'authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
    ['a password in an address', 'redis://user:hunter2@example.org', 'hunter2'],
  ])('takes out %s', (_name, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).not.toBe(text);
  });

  it('leaves ordinary text alone', () => {
    const text = 'Rook said: version 1.2.3 is at https://example.org/a.b?c=d, sk-8 boards, Bot or not.';
    expect(redact(text)).toBe(text);
  });
});

describe('the log', () => {
  it('writes JSON lines to stderr, without secrets in fields or in words', () => {
    const line = JSON.parse(logged(`log.info({ token: 'a', deep: { apiKey: 'b' } }, 'used ${TOKEN}');`));
    expect(line).toMatchObject({ level: 'info', token: '[secret]', deep: { apiKey: '[secret]' }, msg: 'used [discord-token]' });
  });

  it('writes an expected error as its sentence and its causes, and anything else with its stack', () => {
    const expected = logged(
      `log.warn({ error: new BackendError('local', 'unreachable', 'nothing answers.', { cause: new Error('ECONNREFUSED') }) }, 'x');`,
    );
    expect(JSON.parse(expected).error).toEqual({
      type: 'BackendError',
      message: 'local: nothing answers.',
      causes: ['ECONNREFUSED'],
    });
    const bug = JSON.parse(logged(`log.error({ error: new TypeError('oops') }, 'x');`)).error;
    expect(bug).toMatchObject({ type: 'TypeError', message: 'oops', stack: expect.stringContaining('TypeError: oops') });
  });
});
