// Whatever is lent, saved, loaded and cut back on the way: people hear what they would have heard from an engine of their own.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { babbleModel } from '../../../made-model/babble/babble-model.ts';
import { writeGguf } from '../../../made-model/write-gguf.ts';
import { type Heard, openBackend } from '../ask.ts';
import { createModelFiles } from '../model-files.ts';
import { type Conversation, converse } from './conversation.ts';

const files = createModelFiles();
afterAll(() => files.remove());

const SYSTEM =
  'You are Sunny, who keeps a garden behind the station and knows every flower in it by its name. You are never in a hurry.';
const SESSIONS = ['a', 'b', 'c', 'd'];
const ROUNDS = 4;

/** All sessions in turn; after every second round the engine is another, if there is one. */
async function talk(engines: readonly (() => Backend)[]): Promise<Heard[]> {
  const conversations: Conversation[] = SESSIONS.map((name) => converse(name, { system: SYSTEM }));
  const heard: Heard[] = [];
  for (const open of engines) {
    const backend = open();
    for (let round = 0; round < ROUNDS / engines.length; round++) {
      for (const [index, conversation] of conversations.entries()) {
        const text = `${SESSIONS[index]} says as number ${heard.length}: what grows beside the wall, and who waters it in the rain?`;
        heard.push(await conversation.say(backend, text, { maxTokens: 24 }));
      }
    }
    await backend.close();
  }
  return heard;
}

describe.each(['full', 'sliding', 'hybrid', 'recurrent'] as const)('a model whose memory is %s', (kind) => {
  test('says the same with two sequences for four sessions, and after a restart, as with one for each', async () => {
    const model = files.write(`${kind}.gguf`, writeGguf(babbleModel({ kind, size: 'small', endless: true })));
    const folder = path.join(files.directory, `data-${kind}`);
    mkdirSync(folder);
    const open = (sequences: number, dataFolder?: string) => () =>
      openBackend(model, { sequences, contextSize: 4096 }, dataFolder);
    const alone = await talk([open(SESSIONS.length)]);
    const lent = await talk([open(2, folder), open(2, folder)]);
    expect(lent.map(({ text }) => text)).toEqual(alone.map(({ text }) => text));
    const evaluated = (all: readonly Heard[]) =>
      all.slice(SESSIONS.length).reduce((sum, { usage }) => sum + usage.evaluated, 0);
    expect(evaluated(lent) / evaluated(alone)).toBeLessThan(1.05);
  });
});
