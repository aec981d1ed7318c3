import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, createChat, type Line, piecesOf, prepare, type Said, type Stage, say } from '../../bench/engine/chat.ts';
import { newPieces } from '../../bench/engine/new-tokens.ts';
import { stageOf } from '../../bench/engine/scenarios.ts';
import { createTalk, growTo, tokensAroundMessage } from '../../bench/engine/talk.ts';
import { openTroupe } from '../../bench/engine/troupe.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { createModelFiles } from '../backends/llama/model-files.ts';
import { babbleModel } from '../made-model/babble/babble-model.ts';
import { writeGguf } from '../made-model/write-gguf.ts';

const files = createModelFiles();
let backend: Backend;
let stage: Stage;
beforeAll(() => {
  const model = files.write(
    'steady.gguf',
    writeGguf(babbleModel({ kind: 'full', size: 'small', endless: true, drifts: false })),
  );
  const dataFolder = path.join(files.directory, 'data');
  mkdirSync(dataFolder);
  backend = openTroupe({ model, contextTokens: 512, sequences: 1, dataFolder });
  stage = stageOf(backend);
});
afterAll(async () => {
  await backend.close();
  files.remove();
});

const line = (text: string, over: Partial<Line> = {}): Line => ({ text, seed: 1, maxTokens: 8, temperature: 0, ...over });

/** What the engine says of the same: what the prompt has more than the last prompt and the last reply. */
function growth(said: Said, before: Said): number {
  return said.tokens.prompt - before.tokens.prompt - before.tokens.reply;
}

async function play(chat: Chat, texts: readonly string[]): Promise<Said[]> {
  const said: Said[] = [];
  for (const text of texts) said.push(await say(stage, chat, line(text)));
  return said;
}

describe('new tokens of a prompt', () => {
  it('are all of the first one, and then what it has grown by beside the reply', async () => {
    const said = await play(createChat('grows'), ['Hello!', '안녕하세요, <|im_end|> 뭐 해요?', 'Hello!']);
    expect(said[0]?.newTokens).toBe(said[0]?.tokens.prompt);
    for (const [index, one] of said.entries()) {
      const before = said[index - 1];
      if (before) expect(one.newTokens).toBe(growth(one, before));
    }
    expect(said[2]?.newTokens).toBeLessThan(said[1]?.newTokens ?? 0);
  });

  it('are as few after old turns were cut: what is left of them has been there before', async () => {
    const chat = createChat('cut');
    const around = await tokensAroundMessage(backend);
    const text = 'the old garden and what people say about it';
    const { counts } = await backend.countTokens([text]);
    const said = await play(
      chat,
      Array.from({ length: 24 }, () => text),
    );
    expect(said.filter(({ cut }) => cut).length).toBeGreaterThan(0);
    for (const { newTokens } of said.slice(1)) expect(newTokens).toBe(around + (counts[0] ?? 0));
    for (const [index, one] of said.entries()) {
      const before = said[index - 1];
      if (before && one.cut) expect(growth(one, before)).toBeLessThan(0);
    }
  });

  it('count a text of the history that nobody has seen before', async () => {
    const chat = createChat('changed');
    await say(stage, chat, line('Hello!'));
    const unseen = 'never said';
    const turns = chat.turns.map((turn) => ({ ...turn, variants: [{ text: unseen, messageIds: [] }] }));
    const pieces = piecesOf(await prepare(stage, { ...chat, turns }, line('and now?')));
    const found = newPieces(pieces, chat.stood?.texts).filter(({ control }) => !control);
    expect(found.map(({ text }) => text)).toEqual([unseen, unseen, 'and now?']);
  });
});

describe('what is said in the bench', () => {
  it('has exactly as many tokens as are asked for, in both languages', async () => {
    const talk = createTalk(backend, 1, 'test');
    const texts = [];
    for (const tokens of [3, 10, 29, 29, 40, 40]) {
      const text = await talk.exactly(tokens);
      texts.push(text);
      expect((await backend.countTokens([text])).counts).toEqual([tokens]);
    }
    expect(texts.some((text) => /[가-힣]/.test(text)) && texts.some((text) => /[a-z]{4}/.test(text))).toBe(true);
    const { text, tokens } = await talk.about(40);
    expect((await backend.countTokens([text])).counts).toEqual([tokens]);
    expect(tokens).toBeGreaterThan(30);
    expect(tokens).toBeLessThanOrEqual(40);
  });

  it('makes as long a history as is asked for', async () => {
    const chat = createChat('long', 'Room 7.');
    await growTo(stage, chat, { tokens: 300, talk: createTalk(backend, 1, 'history') });
    const { tokens } = await say(stage, chat, line('a', { maxTokens: 1 }));
    expect(Math.abs(tokens.prompt - 300)).toBeLessThan(20);
  });
});
