import { getLlama, type Llama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findMarkTokens } from '../../../../src/backends/llama/tokens/mark-tokens.ts';
import { scriptedModel } from '../../../made-model/scripted-model.ts';
import { writeGguf } from '../../../made-model/write-gguf.ts';
import { createModelFiles, POCKET } from '../model-files.ts';
import { FAMILIES, GPT_OSS } from '../thinking-families.ts';

const files = createModelFiles();
let llama: Llama;
beforeAll(async () => {
  const quiet = { build: 'never', progressLogs: false, logLevel: LlamaLogLevel.disabled } as const;
  llama = await getLlama({ gpu: false, maxThreads: 1, ...quiet });
});
afterAll(async () => {
  await llama.dispose();
  files.remove();
});

async function withVocabulary(modelPath: string, check: (model: LlamaModel) => void): Promise<void> {
  const model = await llama.loadModel({ modelPath, vocabOnly: true });
  try {
    check(model);
  } finally {
    await model.dispose();
  }
}

async function marksOf(name: string): Promise<{ texts: string[]; ends: string[] }> {
  const found = { texts: [] as string[], ends: [] as string[] };
  const script = FAMILIES[name]?.script;
  if (!script) throw new Error(`There is no family ${name}.`);
  await withVocabulary(files.write(`${name}.gguf`, writeGguf(scriptedModel(script))), (model) => {
    const { texts, ends } = findMarkTokens(model);
    found.texts = [...texts.values()].sort();
    found.ends = [...ends].flatMap((token) => texts.get(token) ?? []).sort();
  });
  return found;
}

test.each([
  ['Gemma 4', ['<channel|>', '<turn|>', '<|channel>'], ['<turn|>']],
  ['Magistral', ['[/THINK]', '[THINK]'], []],
  ['Qwen3', ['<|im_end|>'], ['<|im_end|>']],
  ['Seed-OSS', ['</seed:think>', '<seed:eos>', '<seed:think>'], ['<seed:eos>']],
  ['HyperCLOVA X', ['<|endofturn|>', '<|im_end|>'], ['<|endofturn|>', '<|im_end|>']],
])('knows the control tokens of %s that are marks, and with which of them a turn ends', async (name, texts, ends) => {
  const { texts: found, ends: ending } = await marksOf(name);
  expect(found).toEqual(expect.arrayContaining(texts));
  expect(ending).toEqual(ends);
});

test('knows those of Harmony, which llama.cpp takes for user-defined, and that <|end|> ends no turn', async () => {
  const { texts, ends } = await marksOf('gpt-oss');
  expect(texts).toEqual([...GPT_OSS.script.control].sort());
  expect(ends).toEqual(['<|call|>', '<|return|>']);
});

test('leaves marks of plain characters and other control tokens alone', async () => {
  const { texts } = await marksOf('Qwen3');
  for (const text of ['<think>', '<|im_start|>']) expect(texts).not.toContain(text);
  expect((await marksOf('Magistral')).texts).not.toContain('[INST]');
  await withVocabulary(POCKET, (model) => {
    for (const text of findMarkTokens(model).texts.values()) expect(text).toMatch(/^<\|/);
  });
});

test('writes marks as their tokens', async () => {
  const file = files.write('harmony.gguf', writeGguf(scriptedModel(GPT_OSS.script)));
  await withVocabulary(file, (model) => {
    const { texts, tokenise } = findMarkTokens(model);
    const said = tokenise('<|end|><|start|>assistant<|channel|>final<|message|>').map((token) => texts.get(token) ?? token);
    expect(said.filter((token) => typeof token === 'string')).toEqual(['<|end|>', '<|start|>', '<|channel|>', '<|message|>']);
  });
});
