import { readdir } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { startLlmDouble } from '../llm-double/llm-double.ts';
import { makeFolder, type RunOptions, runTroupe } from './run-troupe.ts';

// Each look opens a model in a process of its own.
vi.setConfig({ testTimeout: 120_000 });

type Row = { token: number; text: string; logit: number; p: number };
type Odds = { promptTokens: number; raw: Row[]; shaped: Omit<Row, 'logit'>[]; entropyBits: number };

const HISTORY = [
  { role: 'user', name: 'Mina', text: 'Hello there' },
  { role: 'assistant', name: 'Rook', text: 'Sit.' },
]
  .map((turn) => `${JSON.stringify(turn)}\n`)
  .join('');

async function peek(words: readonly string[], over: Partial<RunOptions> = {}) {
  return runTroupe(['peek', ...words], { folder: await makeFolder({ 'h.jsonl': HISTORY }), ...over });
}

async function odds(...words: string[]): Promise<Odds> {
  const { code, stdout, stderr } = await peek(['--json', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const total = (rows: readonly { p: number }[]) => rows.reduce((sum, { p }) => sum + p, 0);

describe('peek --json', () => {
  it('prints the documented object: ten tokens by logit, and ten by what sampling makes of them', async () => {
    const shown = await odds('--persona', 'rook', 'hi');
    expect(Object.keys(shown)).toEqual(['promptTokens', 'raw', 'shaped', 'entropyBits']);
    expect(shown.raw).toHaveLength(10);
    expect(shown.shaped).toHaveLength(10);
    for (const row of shown.raw) expect(Object.keys(row)).toEqual(['token', 'text', 'logit', 'p']);
    for (const row of shown.shaped) expect(Object.keys(row)).toEqual(['token', 'text', 'p']);
    expect(shown.promptTokens).toBeGreaterThan(300);
  });

  it('prints all tokens with --top 0: the probabilities are the softmax of the logits and sum to 1, as do the shaped ones', async () => {
    const { raw, shaped, entropyBits } = await odds('--persona', 'rook', '--top', '0', 'hi');
    expect(raw).toHaveLength(2048);
    const sum = raw.reduce((all, { logit }) => all + Math.exp(logit), 0);
    for (const { logit, p } of raw) expect(Math.abs(p - Math.exp(logit) / sum)).toBeLessThan(1e-9);
    expect(Math.abs(total(raw) - 1)).toBeLessThan(1e-4);
    expect(Math.abs(total(shaped) - 1)).toBeLessThan(1e-4);
    expect(shaped.length).toBeLessThanOrEqual(40);
    expect(entropyBits).toBeCloseTo(-raw.reduce((bits, { p }) => bits + p * Math.log2(p), 0), 6);
  });

  it('goes by the persona’s prompt and history, and changes nothing but the shaped odds with its dials', async () => {
    const plain = await odds('--persona', 'rook', 'hi');
    const later = await odds('--persona', 'rook', '--history', 'h.jsonl', 'hi');
    expect(later.promptTokens).toBeGreaterThan(plain.promptTokens);
    const sharp = await odds(
      '--persona',
      'rook',
      '--temperature',
      '0.2',
      '--top-k',
      '3',
      '--top-p',
      '1',
      '--min-p',
      '0.0001',
      'hi',
    );
    expect(sharp.raw).toEqual(plain.raw);
    expect(sharp.shaped).toHaveLength(3);
    expect(sharp.shaped[0]?.p).toBeGreaterThan(plain.shaped[0]?.p ?? 1);
    expect((await odds('--temperature', '0', 'hi')).shaped).toMatchObject([{ p: 1 }]);
  });

  it('goes on with bare text as it is with --raw', async () => {
    const { promptTokens, raw } = await odds('--raw', 'Elon Musk is an');
    expect(promptTokens).toBe(8);
    expect(raw[0]?.text).toMatch(/^ ?\w+$/);
    expect((await odds('--raw', '<|im_start|>')).promptTokens).toBeGreaterThan(3);
    expect((await odds('--raw', ' ')).promptTokens).toBe(1);
  });
});

describe('peek for people', () => {
  it('shows what holds for all tokens, a row for each, and what the others have, in 80 columns', async () => {
    const { code, stdout, stderr } = await peek(['--persona', 'rook', '--top', '4', 'hi']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('"'))).toHaveLength(4);
    expect(stdout).toMatch(/^Next token {2}of Pocket, after \d+ tokens: the prompt of Rook$/m);
    expect(stdout).toMatch(/^Entropy {5}\d\.\d\d bits, as of \d+ tokens equally likely$/m);
    expect(stdout).toMatch(/^Dials {7}topK 40, topP 0\.95, temperature 0\.85$/m);
    expect(stdout).toMatch(/^Resting {5}repeatPenalty 1\.1 \(nothing is said yet\)$/m);
    expect(stdout).toMatch(/^all others +\d+\.\d\d % +\d+\.\d\d %$/m);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001B');
  });

  it('leaves nothing behind in the folder in which it is started', async () => {
    const folder = await makeFolder();
    expect((await peek(['--top', '1', 'hi'], { folder })).code).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });
});

it.each([
  ['an unknown persona', ['--persona', 'nobody', 'hi'], 'There is no persona "nobody"; there are captain'],
  ['a history that is not there', ['--history', 'absent.jsonl', 'hi'], 'absent.jsonl cannot be read (ENOENT'],
  [
    'a number of tokens that is none',
    ['--top', 'ten', 'hi'],
    '--top takes a whole number of tokens, 0 for all of them; "ten" is none.',
  ],
  ['less than no tokens', ['--top', '-1', 'hi'], '"-1" is none.'],
  [
    'a temperature that is too high',
    ['--temperature', '3', 'hi'],
    '--temperature takes a number from 0 to 2; 3 is outside of that.',
  ],
  [
    'a temperature that is no number',
    ['--temperature', 'hot', 'hi'],
    '--temperature takes a number from 0 to 2; "hot" is none.',
  ],
  ['a topP that is too high', ['--top-p', '1.1', 'hi'], '--top-p takes a number from 0 to 1; 1.1 is outside of that.'],
  ['half a token', ['--top-k', '0.5', 'hi'], '--top-k takes a whole number from 0 to 1000; "0.5" is none.'],
  ['an empty minP', ['--min-p', '', 'hi'], '--min-p takes a number from 0 to 1; "" is none.'],
  ['an empty text', [''], 'The text is blank: peek takes what somebody says'],
  ['a blank text', [' \t'], 'The text is blank'],
  ['an empty text to go on with', ['--raw', ''], 'The text is blank'],
  ['a history without a prompt', ['--raw', '--history', 'h.jsonl', 'hi'], 'cannot be given together with --history.'],
  ['no text', [], "missing required argument 'text'"],
])('refuses %s with one sentence', async (_case, words, sentence) => {
  const { code, stdout, stderr } = await peek(['--json', ...words]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^troupe: [^\n]+\n$/);
  expect(stderr).toContain(sentence);
});

it('says of a model server that it cannot tell, and what can, without asking it', async () => {
  const server = await startLlmDouble();
  const { code, stdout, stderr } = await peek(['hi'], { environment: { OPENAI_BASE_URL: server.baseUrl } });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^troupe: The backend openai cannot show its odds: [^\n]+LLAMA_MODEL to a GGUF file\.\n$/);
  expect(server.requests).toEqual([]);
  await server.close();
});

it('says what is wrong with a model that cannot be opened', async () => {
  const { code, stdout, stderr } = await peek(['hi'], { environment: { LLAMA_MODEL: 'nope.gguf' } });
  expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  expect(stderr).toMatch(/^troupe: LLAMA_MODEL: [^\n]*There is no model file at nope\.gguf/);
});
