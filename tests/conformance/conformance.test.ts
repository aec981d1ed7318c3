import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CHAT_SHAPES } from '../../src/prompt/templates/jinja/chat-shapes.ts';
import type { Rendering } from '../../src/prompt/templates/jinja/ladder.ts';
import { learnMarks } from '../../src/prompt/templates/jinja/role-marks.ts';
import { content, scaffold } from '../../src/prompt/templates/pieces.ts';
import { ALTERNATING, CHATML, SYSTEMLESS } from '../prompt/templates/shapes.ts';
import { judge } from './run-templates.ts';

const main = path.join(import.meta.dirname, 'main.ts');

async function folderOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-conformance-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

function run(words: readonly string[], data?: string): Promise<{ code: number | null; lines: string[]; stderr: string }> {
  const { CONFORMANCE_DATA, ...others } = process.env;
  const env = data === undefined ? others : { ...others, CONFORMANCE_DATA: data };
  const child = spawn(process.execPath, [main, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, lines: stdout.trimEnd().split('\n'), stderr })));
}

const EACH = '{% for message in messages %}';
const SAID = '<|{{ message.role }}|>{{ message.content }}';
const END = '{% endfor %}<|assistant|>';

it('says aloud that it skips what is not there', async () => {
  const without = await run([]);
  expect(without).toMatchObject({ code: 0, stderr: '' });
  expect(without.lines).toEqual([expect.stringMatching(/^skipped: .*CONFORMANCE_DATA names no folder$/), '0 passed, 0 failed']);
  const empty = await folderOf({});
  expect((await run([], empty)).lines[0]).toBe(
    `skipped: the cases of chat-template-cases.json: there is no ${path.join(empty, 'chat-template-cases.json')}`,
  );
});

it('compares cases byte for byte and shows where one differs', async () => {
  const conversation = [
    ['system', 'Be kind.'],
    ['user', 'Hello'],
  ];
  const right = `<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n`;
  const data = await folderOf({
    'chat-template-cases.json': {
      conversation,
      cases: [
        { name: 'right', template: CHATML, expected: right, expected_jinja: '' },
        { name: 'by Jinja', template: CHATML, expected: 'other', expected_jinja: right },
        { name: 'wrong', template: CHATML, expected: right.replace('kind', 'bold') },
      ],
    },
  });
  const { code, lines } = await run([], data);
  expect(code).toBe(1);
  expect(lines).toEqual([
    'passed: right: as-is',
    'passed: by Jinja: as-is',
    expect.stringMatching(
      /^FAILED: wrong: differs at character 22: expected "<\|im_start\|>system\\nBe bold\..*", made ".*Be kind\..*"$/,
    ),
    '2 passed, 1 failed',
  ]);
  const broken = await folderOf({ 'chat-template-cases.json': '[]' });
  expect(await run([], broken)).toMatchObject({
    code: 1,
    lines: [expect.stringMatching(/^FAILED: .*cannot be read/), '0 passed, 1 failed'],
  });
});

it('renders other templates for every shape and names the rung of each', async () => {
  const folder = await folderOf({
    'chatml.jinja': CHATML,
    'dated.jinja': `{{ strftime_now('%d %b %Y') }}{% for tool in tools %}{{ tool }}{% endfor %}${EACH}${SAID}${END}`,
    'echo.jinja': `${EACH}${SAID}${END}{{ messages[-1].content }}`,
    'loud.jinja': `${EACH}<|{{ message.role }}|>{{ message.content | upper }}${END}`,
    'no-system.jinja': `${EACH}{% if message.role != 'system' %}${SAID}{% endif %}${END}`,
    'tokenizer_config.json': { chat_template: SYSTEMLESS, bos_token: { content: '<s>' }, eos_token: '</s>' },
    'two.json': {
      chat_template: [
        { name: 'default', template: ALTERNATING },
        { name: 'tool_use', template: CHATML },
      ],
    },
    'vocab.json': { a: 1 },
  });
  const { code, lines } = await run(['--templates', folder]);
  expect(lines.at(-1)).toBe('40 passed, 0 failed');
  expect(code).toBe(0);
  expect(lines).toEqual(
    expect.arrayContaining([
      'passed: chatml.jinja, system in the middle: as-is',
      'passed: dated.jinja, long history: as-is',
      'passed: echo.jinja, plain: as-is: the template writes a message more than once',
      expect.stringMatching(/^passed: loud\.jinja, long history: as-is: .* it stands as it was written/),
      'passed: no-system.jinja, plain: folded-system: the system message begins the first user’s turn',
      'passed: two.json#default, two user turns: strict-roles: turns of one role in a row are joined; the template writes the system message late',
      'passed: two.json#tool_use, two user turns: as-is',
      'skipped: vocab.json: has no chat_template',
    ]),
  );
});

it('fails for templates that lose turns, throw, run for ever or are none', async () => {
  const rounds = '{% for a in range(100000) %}';
  const folder = await folderOf({
    'broken.jinja': '{% if %}',
    'broken.json': '{',
    'endless.jinja': `${rounds}${rounds}${rounds}{% endfor %}{% endfor %}{% endfor %}`,
    'last-only.jinja': '{{ messages[-1].content }}',
    'never.jinja': "{{ raise_exception('never') }}",
  });
  const { code, lines } = await run(['--templates', folder]);
  expect(code).toBe(1);
  expect(lines.at(-1)).toBe('0 passed, 21 failed');
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^FAILED: broken\.jinja, plain: The template broken\.jinja does not parse: line 1: /),
      expect.stringMatching(/^FAILED: broken\.json: is no JSON/),
      expect.stringMatching(/^FAILED: endless\.jinja, long history: The template endless\.jinja did not end within/),
      expect.stringMatching(/^FAILED: last-only\.jinja, plain: The template last-only\.jinja leaves out 3 of 4 messages\./),
      expect.stringMatching(/^FAILED: never\.jinja, greeting first: .*cannot show this conversation: never\./),
    ]),
  );
}, 90_000);

/** What a template makes of a shape that writes `marks[role]` before every message. */
function written(
  shape: string,
  rung: Rendering['rung'],
  write: (role: string, text: string) => Rendering['pieces'],
): Rendering {
  const pieces = (CHAT_SHAPES[shape] ?? []).flatMap((message) => write(message.role, message.content));
  return { rung, changes: rung === 'as-is' ? [] : ['something was done'], pieces };
}

it('does not believe that a rendering is as it is where a turn has lost the mark of its role', () => {
  const marks = learnMarks([
    [
      { role: 'system', before: '<system>' },
      { role: 'user', before: '<user>' },
      { role: 'assistant', before: '<AI>' },
      { role: 'user', before: '<user>' },
    ],
  ]);
  const right = written('greeting first', 'as-is', (role, text) => [
    scaffold(`<${role.replace('assistant', 'AI')}>`),
    content(text),
  ]);
  expect(judge('t', right, { shape: 'greeting first', marks })).toMatchObject({ passed: true });
  const bare = written('greeting first', 'as-is', (role, text) => [
    ...(role === 'assistant' ? [] : [scaffold(`<${role}>`)]),
    content(text),
  ]);
  expect(judge('t', bare, { shape: 'greeting first', marks })).toEqual({
    name: 't',
    passed: false,
    note: 'as-is, but turn 2 does not stand behind the mark of the assistant',
  });
  const wrong = written('two user turns', 'as-is', (role, text) => [scaffold(`<${role}>`), content(text)]);
  expect(judge('t', wrong, { shape: 'two user turns', marks })).toMatchObject({
    passed: false,
    note: 'as-is, but turn 4 does not stand behind the mark of the assistant',
  });
});

it('takes a message for written more than once only where that is told', () => {
  const twice = written('plain', 'as-is', (role, text) => [scaffold(`<${role}>`), content(text), content(text)]);
  const judged = (changes: readonly string[]) => judge('t', { ...twice, changes }, { shape: 'plain' });
  expect(judged([])).toMatchObject({ passed: false, note: expect.stringMatching(/stands in it more than once$/) });
  expect(judged(['the template writes a message more than once'])).toMatchObject({ passed: true });
});

it('tells wrong usage in one sentence', async () => {
  for (const words of [
    ['--templtes', 'x'],
    ['--templates'],
    ['x'],
    ['--templates', 'no-such-folder'],
    ['--templates', await folderOf({ 'a.txt': '' })],
  ]) {
    const { code, stderr } = await run(words);
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(stderr).toMatch(/^conformance: /);
  }
});
