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
  ['h.jsonl', 'not json', 'h.jsonl:3: this is not JSON'],
  [
    'h.jsonl',
    '{"role":"bot","name":"A","text":"x"}',
    'h.jsonl:3: role cannot be read as a turn; expected {"role":"user" or "assistant"',
  ],
  ['h.jsonl', '{"role":"user","content":"x"}', 'h.jsonl:3: name and text cannot be read as a turn'],
  ['absent.jsonl', '', 'absent.jsonl cannot be read'],
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
  ['messages of another shape', ['--messages', 'bad.json'], 'bad.json: 0.role is wrong'],
])('refuses %s', async (_case, words, sentence) => {
  const folder = await makeFolder({
    'broken.jinja': '{% for message in messages %}',
    'bad.json': '[{"role":"bot","content":"x"}]',
  });
  const { code, stdout, stderr } = await runTroupe(['prompt', ...words], { folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(sentence);
});
