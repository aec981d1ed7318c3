import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../bench/pocket/case.ts';
import { peakMemoryOf, reportPeakMemory } from '../../bench/pocket/peak-memory.ts';
import { createPlayer } from '../../bench/pocket/player.ts';
import type { Backend } from '../../src/backends/backend.ts';
import type { ReplyRequest, Usage } from '../../src/chat.ts';
import { BackendError } from '../../src/errors.ts';
import { type Persona, personaSchema } from '../../src/personas/persona.ts';
import { DEFAULT_SAMPLING } from '../../src/personas/sampling.ts';

const usage: Usage = {
  ...{ prompt: 1, reused: 0, evaluated: 1, reply: 3, reasoning: 0, exact: true },
  ms: { queue: 0, prompt: 0, generate: 0 },
};

/** Answers in order; an empty answer is a model that ends at once. A token is a word. */
function scripted(answers: readonly string[]): { backend: Backend; requests: ReplyRequest[] } {
  const requests: ReplyRequest[] = [];
  const backend: Backend = {
    name: 'scripted',
    describe: async () => ({
      ...{ input: 'pieces', contextTokens: 4_096, honours: [], flavour: 'llama' },
      model: { name: 'm', stage: 'chat', censored: true },
    }),
    async *reply(request) {
      const text = answers[requests.push(request) - 1] ?? '';
      if (text === '') throw new BackendError('scripted', 'broken-reply', 'it ended at once.');
      yield { type: 'text', text };
      yield { type: 'end', reason: 'complete', usage };
    },
    countTokens: async (texts) => ({ counts: texts.map((text) => text.split(/\s+/).length), exact: true }),
    close: async () => undefined,
  };
  return { backend, requests };
}

const persona = {
  ...personaSchema.parse({ name: 'Rook', instructions: 'You are {{char}}.' }),
  ...{ id: 'rook', sampling: { ...DEFAULT_SAMPLING, temperature: 0.9, topK: 7 } },
} as unknown as Persona;

const made: Case = {
  persona,
  house: { system: 'House.', sealed: [], language: 'en' },
  shared: false,
  before: [
    { by: 'Guest', text: 'I like teal.' },
    { by: 'Guest', text: 'hi', answer: 'canned' },
  ],
  ask: { by: 'Guest', text: 'My colour?' },
  expects: 'teal',
  judge: () => ({}),
};
const promptOf = (request: ReplyRequest | undefined) =>
  request?.rendered.input === 'pieces' ? request.rendered.pieces.map(({ text }) => text).join('') : '';

describe('createPlayer', () => {
  it('makes history of what the model said, and generates nothing where an answer is given', async () => {
    const { backend, requests } = scripted(['Noted.', 'Teal.']);
    const played = await createPlayer(backend, 1).play(made, { mode: 'greedy', name: 'a' });
    expect(requests).toHaveLength(2);
    expect(promptOf(requests[1])).toMatch(/I like teal\..*Noted\..*hi.*canned.*My colour\?/s);
    expect(played.last).toEqual({ text: 'Teal.', end: 'complete', tokens: 3 });
    expect(played.prompt).toBe(promptOf(requests[1]));
  });

  it('changes the temperature alone, and keeps its seeds', async () => {
    const { backend, requests } = scripted(['a', 'b', 'c', 'd', 'e', 'f']);
    const player = createPlayer(backend, 1);
    for (const mode of ['greedy', 'own', 'own'] as const) await player.play(made, { mode, name: 'a' });
    expect(requests.map(({ sampling }) => [sampling.temperature, sampling.topK])).toEqual([
      ...[
        [0, 7],
        [0, 7],
      ],
      ...[
        [0.9, 7],
        [0.9, 7],
        [0.9, 7],
        [0.9, 7],
      ],
    ]);
    expect(requests[2]?.seed).toBe(requests[4]?.seed);
    expect(requests[2]?.seed).not.toBe(requests[3]?.seed);
  });

  it('leaves out an answer that never came', async () => {
    const { backend, requests } = scripted(['', 'Teal.']);
    const { replies } = await createPlayer(backend, 1).play(made, { mode: 'greedy', name: 'a' });
    expect(replies[0]).toEqual({ text: '', end: 'broken', tokens: 0 });
    expect(promptOf(requests[1])).toMatch(/I like teal\.<\|im_end\|>\n<\|im_start\|>user\nhi/);
  });

  it('writes names where several people talk', async () => {
    const { backend, requests } = scripted(['Noted.', 'Teal.']);
    await createPlayer(backend, 1).play({ ...made, shared: true }, { mode: 'greedy', name: 'a' });
    expect(promptOf(requests[0])).toContain('Guest: I like teal.');
  });

  it('counts the tokens behind a line, a control token as one', async () => {
    const { backend } = scripted([]);
    const counted = await createPlayer(backend, 1).tokensAfter(made, 'canned');
    // <|im_end|> "\n" <|im_start|> "user\n" "My colour?" <|im_end|> "\n" <|im_start|> "assistant\n", by this backend's words
    expect(counted).toBe(4 + 2 + 2 + 2 + 2 + 2);
    expect(await createPlayer(backend, 1).tokensAfter(made, 'never said')).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('peak memory', () => {
  it('knows nothing of a process that is no program of ours', async () => {
    expect(await peakMemoryOf(process.pid)).toBeNull();
    expect(await peakMemoryOf(undefined)).toBeNull();
  });

  it('is written down by the program itself where the system does not tell', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-peak-'));
    try {
      await mkdir(path.join(folder, 'src'));
      await writeFile(path.join(folder, 'src', 'main.ts'), '');
      const report = reportPeakMemory(folder, 'darwin');
      expect(await report.read()).toBeNull();
      await promisify(execFile)(process.execPath, ['src/main.ts'], {
        cwd: folder,
        env: { ...process.env, ...report.variables },
      });
      expect(await report.read()).toBeGreaterThan(10);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
