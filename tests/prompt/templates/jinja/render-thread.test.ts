import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TemplateError } from '../../../../src/errors.ts';
import { RenderThread } from '../../../../src/prompt/templates/jinja/render-thread.ts';
import { CHATML } from '../shapes.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..');
const job = (source: string, name = 'of the test') => ({
  jinja: { name, source },
  messages: [{ role: 'user', content: 'hi' } as const],
  thinking: 'off' as const,
  now: 0,
});
const ROUNDS = '{% for a in range(100000) %}';
const ENDLESS = `${ROUNDS}${ROUNDS}${ROUNDS}{% endfor %}{% endfor %}{% endfor %}{{ messages[0].content }}`;
const GROWING = `{% set ns = namespace(kept=[]) %}${ROUNDS}{% set ns.kept = [ns.kept, range(10000)] %}{% endfor %}{{ messages[0].content }}`;

async function textOf(thread: RenderThread, source: string): Promise<string> {
  return (await thread.render(job(source))).pieces.map(({ text }) => text).join('');
}

describe('a template in a thread of its own', () => {
  it('that runs for ever is stopped with one sentence, and those that wait are rendered', async () => {
    const thread = new RenderThread({ cpuMs: 300 });
    const endless = thread.render(job(ENDLESS, 'spin.jinja'));
    const waiting = textOf(thread, CHATML);
    await expect(endless).rejects.toThrow(TemplateError);
    await expect(endless).rejects.toThrow(
      'The template spin.jinja did not end within 0.3 s of work: it may run for ever. Name another in the persona, for example chatml.',
    );
    expect(await waiting).toContain('<|im_start|>user\nhi<|im_end|>');
  });

  it('that grows without end is stopped with one sentence', async () => {
    const thread = new RenderThread({ heapMb: 24, cpuMs: 20_000 });
    await expect(thread.render(job(GROWING, 'hoard.jinja'))).rejects.toThrow(
      'The template hoard.jinja took more than 24 MiB of memory: it may grow without end. Name another in the persona, for example chatml.',
    );
    expect(await textOf(thread, CHATML)).toContain('hi');
  });

  it('that calls itself without end is refused', async () => {
    const thread = new RenderThread();
    const calling = '{% macro again(n) %}{{ again(n + 1) }}{% endmacro %}{{ again(0) }}{{ messages[0].content }}';
    await expect(thread.render(job(calling))).rejects.toThrow(TemplateError);
    expect(await textOf(thread, CHATML)).toContain('hi');
  });

  it('is not stopped for what other programs take of the machine', async () => {
    const thread = new RenderThread({ cpuMs: 2000, wallMs: 60_000 });
    const renderings = Array.from({ length: 20 }, () => textOf(thread, CHATML));
    for (let until = performance.now() + 500; performance.now() < until; ); // this thread is busy, and hears of nothing
    expect(new Set(await Promise.all(renderings)).size).toBe(1);
  });

  it('does not keep a program from ending', async () => {
    const source = JSON.stringify(CHATML);
    const program = `
      import { jinjaTemplate } from './src/prompt/templates/jinja.ts';
      const pieces = await jinjaTemplate({ name: 'x', source: ${source} }).render([{ role: 'user', content: 'hi' }], { opening: '' });
      console.log(pieces.length);
    `;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd: root });
    expect((await run).stdout).toBe('3\n');
  });
});
