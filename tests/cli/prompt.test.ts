import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startLlmDouble } from '../llm-double/llm-double.ts';
import { makeFolder, runTroupe } from './run-troupe.ts';

const HISTORY = [
  { role: 'user', name: 'Mina', text: 'Hello there' },
  { role: 'assistant', name: 'Rook', text: 'Sit.' },
]
  .map((turn) => `${JSON.stringify(turn)}\n`)
  .join('');

it('prints the documented JSON for the model that would answer', async () => {
  const folder = await makeFolder({ 'h.jsonl': HISTORY });
  const { code, stdout } = await runTroupe(['prompt', '--persona', 'rook', '--history', 'h.jsonl', '--json', 'hi'], { folder });
  expect(code).toBe(0);
  const shown = JSON.parse(stdout);
  expect(Object.keys(shown)).toEqual(['persona', 'backend', 'template', 'layout', 'text', 'messages', 'segments', 'tokens']);
  expect(shown).toMatchObject({ persona: 'rook', backend: 'pocket', template: 'auto', layout: 'chat' });
  expect(shown.text).toMatch(
    /<\|im_start\|>user\nHello there<\|im_end\|>\n<\|im_start\|>assistant\nSit\.<\|im_end\|>\n<\|im_start\|>user\nhi<\|im_end\|>\n<\|im_start\|>assistant\n$/,
  );
  expect(shown.segments[0]).toEqual({
    layer: 'house',
    role: 'system',
    name: null,
    text: expect.any(String),
    tokens: expect.any(Number),
  });
  expect(shown.segments.at(-1)).toMatchObject({ layer: 'message', role: 'user', text: 'hi' });
  expect(shown.segments.every((segment: { tokens: number }) => segment.tokens > 0)).toBe(true);
  expect(shown.messages.at(-1)).toEqual({ role: 'user', content: 'hi' });
  expect(shown.tokens).toBeGreaterThan(0);
});

it('has no text where the server keeps its template, unless one is named; names show as in a server', async () => {
  const server = await startLlmDouble();
  const run = { folder: await makeFolder({ 'h.jsonl': HISTORY }), environment: { OPENAI_BASE_URL: server.baseUrl } };
  const words = ['prompt', '--persona', 'rook', '--history', 'h.jsonl', '--as', 'Bora', '--json', 'hi'];
  const plain = JSON.parse((await runTroupe(words, run)).stdout);
  expect(plain).toMatchObject({
    backend: 'openai',
    text: null,
    messages: expect.arrayContaining([{ role: 'user', content: 'Bora: hi' }]),
  });
  const named = JSON.parse((await runTroupe([...words, '--template', 'chatml', '--layout', 'folded'], run)).stdout);
  expect(named).toMatchObject({ template: 'chatml', layout: 'folded' });
  expect(named.text).toMatch(/\nMina: Hello there\nRook: Sit\.\nBora: hi<\|im_end\|>\n<\|im_start\|>assistant\n$/);
  expect(server.chats()).toEqual([]);
  await server.close();
});

it('works while the server is down, and says so on stderr alone', async () => {
  const environment = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
  const { code, stdout, stderr } = await runTroupe(['prompt', '--json', 'hi'], { folder: await makeFolder(), environment });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ backend: 'openai', text: null, layout: 'chat' });
  expect(stderr).toContain('nothing answers at http://127.0.0.1:9/v1');
});

it('renders given messages alone', async () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'hi' },
  ];
  const folder = await makeFolder({ 'm.json': JSON.stringify(messages) });
  const { stdout } = await runTroupe(['prompt', '--messages', 'm.json', '--template', 'chatml', '--json'], { folder });
  const shown = JSON.parse(stdout);
  expect(shown).toMatchObject({ persona: null, template: 'chatml', layout: null, messages });
  expect(shown.text).toBe('<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n');
});

it('shows a person the layers and the text', async () => {
  const { code, stdout } = await runTroupe(['prompt', '--persona', 'rook', 'hi'], { folder: await makeFolder() });
  expect(code).toBe(0);
  expect(stdout).toMatch(/=== 1\. house · system · \d+ tokens ===/);
  expect(stdout.trimEnd()).toMatch(/<\|im_start\|>assistant$/);
});

it.each([
  ['h.jsonl', 'not json', 'h.jsonl, line 3: this is not JSON'],
  ['h.jsonl', '{"role":"bot","name":"A","text":"x"}', 'h.jsonl, line 3: role must be one of user, assistant.'],
  ['h.jsonl', '{"role":"user","content":"x"}', 'h.jsonl, line 3: "name" is missing and "text" is missing.'],
  ['h.jsonl', '["user"]', 'h.jsonl, line 3: this must be an object.'],
  ['h.jsonl', '{"role":"user","name":"","text":7}', 'h.jsonl, line 3: name must not be empty and text must be a text.'],
  ['absent.jsonl', '', 'absent.jsonl cannot be read (ENOENT: no such file or directory).'],
])('refuses a history %s with the line %j and says nothing else', async (named, line, sentence) => {
  const folder = await makeFolder({ 'h.jsonl': `${HISTORY}${line}\n` });
  const { code, stdout, stderr } = await runTroupe(['prompt', '--history', named, '--json', 'hi'], { folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^troupe: [^\n]+\n$/);
  expect(stderr).toContain(sentence);
});

it.each([
  ['a template that does not parse', ['--template', 'broken.jinja', 'hi'], 'broken.jinja'],
  ['an unknown template', ['--template', 'nope', 'hi'], 'There is no template "nope"'],
  [
    'messages of another shape',
    ['--messages', 'bad.json'],
    'bad.json: message 1: role must be one of system, user, assistant.',
  ],
  ['messages without content', ['--messages', 'bad.json'], 'troupe: bad.json: message 2: "content" is missing.'],
  ['what is no list of messages', ['--messages', 'object.json'], 'object.json: expected an array of {"role":"system"'],
  ['a persona for given messages', ['--messages', 'bad.json', '--persona', 'rook', '--as', 'Mina'], 'with --persona, --as.'],
  ['a layout for given messages', ['--messages', 'bad.json', '--layout', 'chat'], 'with --layout.'],
  ['a history for given messages', ['--messages', 'bad.json', '--history', 'h.jsonl'], 'with --history.'],
  ['an empty message', [''], 'The message is blank'],
  ['a blank message', [' \t '], 'The message is blank'],
])('refuses %s', async (_case, words, sentence) => {
  const folder = await makeFolder({
    'broken.jinja': '{% for message in messages %}',
    'bad.json': '[{"role":"bot","content":"x"},{"role":"user"}]',
    'object.json': '{}',
  });
  const { code, stdout, stderr } = await runTroupe(['prompt', ...words], { folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(sentence);
});

it('tells ten bad lines of a history at once, and how many more there are', async () => {
  const folder = await makeFolder({ 'h.jsonl': `${HISTORY}${'{"role":"user"}\n'.repeat(12)}` });
  const { code, stderr } = await runTroupe(['prompt', '--history', 'h.jsonl', 'hi'], { folder });
  expect(code).toBe(2);
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[9]).toBe('troupe: h.jsonl, line 12: "name" is missing and "text" is missing.');
  expect(lines[10]).toBe('troupe: h.jsonl: 2 more lines cannot be read.');
});

it('prints no control characters of what was given, save in JSON', async () => {
  const folder = await makeFolder({ 'm.json': JSON.stringify([{ role: 'user', content: 'a\u001B[2Jb\u202Ec' }]) });
  const said = await runTroupe(['prompt', '--persona', 'rook', 'a\u001B[2Jb\u202Ec'], { folder });
  expect(said.stdout).toContain('a[2Jbc');
  expect(said.stdout).not.toContain('\u001B');
  expect(said.stdout).not.toContain('\u202E');
  const given = await runTroupe(['prompt', '--messages', 'm.json', '--template', 'chatml'], { folder });
  expect(given.stdout).toContain('<|im_start|>user\na[2Jbc<|im_end|>');
});

it('reckons tokens the same for given messages as for a persona', async () => {
  const folder = await makeFolder();
  const words = ['--template', 'chatml', '--json'];
  const made = JSON.parse(
    (await runTroupe(['prompt', '--persona', 'rook', '--layout', 'chat', ...words, 'hi'], { folder })).stdout,
  );
  const sum = (shown: { segments: { tokens: number }[] }) => shown.segments.reduce((all, { tokens }) => all + tokens, 0);
  const overhead = (made.tokens - sum(made)) / made.segments.length;
  await writeFile(path.join(folder, 'm.json'), JSON.stringify([{ role: 'user', content: 'hi' }]));
  const given = JSON.parse((await runTroupe(['prompt', '--messages', 'm.json', ...words], { folder })).stdout);
  expect(given.tokens - sum(given)).toBeGreaterThan(0);
  expect(given.tokens - sum(given)).toBeLessThanOrEqual(overhead);
  expect(given.segments).toEqual([{ layer: null, role: 'user', name: null, text: 'hi', tokens: expect.any(Number) }]);
});

it('writes the same bytes on any day, also where a template tells the date', async () => {
  const folder = await makeFolder({
    'dated.jinja': "{{ strftime_now('%d %B %Y, %H:%M:%S') }}{% for message in messages %}\n{{ message.content }}{% endfor %}",
    'm.json': JSON.stringify([{ role: 'user', content: 'hi' }]),
  });
  for (const words of [
    ['--persona', 'rook', 'hi'],
    ['--messages', 'm.json'],
  ]) {
    const { stdout } = await runTroupe(['prompt', '--template', 'dated.jinja', '--json', ...words], { folder });
    expect(JSON.parse(stdout).text).toMatch(/^01 January 1970, 00:00:00/);
  }
});

it('refuses a template file in which the conversation is not shown', async () => {
  const folder = await makeFolder({ 'empty.jinja': '' });
  const { code, stdout, stderr } = await runTroupe(['prompt', '--template', 'empty.jinja', 'hi'], { folder });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^troupe: The template empty\.jinja leaves out the conversation[^\n]*\n$/);
});
