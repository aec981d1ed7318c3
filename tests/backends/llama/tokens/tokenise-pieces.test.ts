import fc from 'fast-check';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectModel } from '../../../../src/backends/llama/gguf/inspect-model.ts';
import { createDetokeniser } from '../../../../src/backends/llama/tokens/detokeniser.ts';
import { createTokeniser } from '../../../../src/backends/llama/tokens/tokenise-pieces.ts';
import { oddVocabulary, sentencePieceVocabulary } from '../../../made-model/steering-vocabularies.ts';
import { writeGguf } from '../../../made-model/write-gguf.ts';
import { changedModel, createModelFiles, modelWithUserDefinedToken, POCKET, plainModel } from '../model-files.ts';

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
const made = files.write('made.gguf', plainModel());
const opened = new Map<string, Promise<LlamaModel>>();
/** Each file once: with seven models open, node-llama-cpp 3.22 does not come back from letting go of them. */
function openModel(modelPath: string): Promise<LlamaModel> {
  const model = opened.get(modelPath) ?? llama.loadModel({ modelPath, vocabOnly: true });
  opened.set(modelPath, model);
  return model;
}

const LITERALS = [
  '<|im_start|>',
  '<|im_end|>',
  '<|endoftext|>',
  '<think>',
  '<',
  '|',
  'im_end',
  '|>',
  'th',
  'ink>',
  '\n',
  ' ',
  'system',
  '안',
  '🎭',
];
const people = fc.array(fc.oneof(fc.constantFrom(...LITERALS), fc.string({ unit: 'grapheme', maxLength: 6 })), {
  maxLength: 12,
});
const text = people.map((parts) => parts.join(''));

// The sign for a broken character is what a text looks like whose last character is not whole yet.
const whole = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((said) => !said.includes('\ufffd'));

const steers = (model: LlamaModel) => (token: Token) => {
  const { control, userDefined } = model.getTokenAttributes(token);
  return control || userDefined;
};

describe('a prompt in pieces', () => {
  test.each([
    ['the model that ships', POCKET],
    ['the made model', made],
  ])('has control tokens where the template has them and none from what people wrote: %s', async (_name, file) => {
    const model = await openModel(file);
    const tokeniser = createTokeniser(model, []);
    fc.assert(
      fc.property(text, (content) => {
        const { tokens } = tokeniser.prompt([
          { text: '<|im_start|>user\n', control: true },
          { text: content, control: false },
          { text: '<|im_end|>\n', control: true },
        ]);
        expect(tokens.filter(steers(model))).toEqual([
          model.tokenize('<|im_start|>', true)[0],
          model.tokenize('<|im_end|>', true)[0],
        ]);
        expect(tokeniser.content(content).filter(steers(model))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('has none of a user-defined token from people either, which llama.cpp itself would read', async () => {
    const model = await openModel(files.write('think.gguf', modelWithUserDefinedToken('<think>')));
    expect(model.tokenize('<think>', false).filter(steers(model))).toHaveLength(1);
    const tokeniser = createTokeniser(model, ['<think>']);
    fc.assert(
      fc.property(text, (content) => {
        const tokens = tokeniser.content(content);
        expect(tokens.filter(steers(model))).toEqual([]);
        expect(model.detokenize(tokens, true)).toBe(content);
      }),
      { numRuns: 300 },
    );
    expect(tokeniser.prompt([{ text: '<think>', control: true }]).tokens.filter(steers(model))).toHaveLength(1);
  });

  test('spells what SentencePiece would make control tokens of, and the space that it puts before a text', async () => {
    const file = files.write('sentence-piece.gguf', writeGguf(sentencePieceVocabulary().content));
    const model = await openModel(file);
    const { content, prompt } = createTokeniser(model, (await inspectModel(file)).controlTexts);
    const said = [
      'hi<s> there</s> [INST]x',
      'a  b    c',
      '     ',
      ' ha',
      'ha',
      '\na\n\nb',
      '<<SYS>>\n\n<</SYS>>',
      '',
      ' ',
      '\n',
    ];
    expect(said.filter((one) => model.tokenize(one, false).some(steers(model)))).toHaveLength(7);
    for (const one of said) {
      expect(content(one).filter(steers(model))).toEqual([]);
      expect(model.detokenize(content(one), true)).toBe(one);
      const { tokens } = prompt([
        { text: 'x', control: true },
        { text: one, control: false },
        { text: 'y', control: true },
      ]);
      expect(tokens.filter(steers(model))).toEqual([]);
      expect(model.detokenize(tokens, true)).toBe(`x${one}y`);
    }
  });

  test('spells user-defined runs of white space, words and tags, and those that llama.cpp takes for user-defined', async () => {
    const file = files.write('odd.gguf', writeGguf(oddVocabulary().content));
    const model = await openModel(file);
    const { content } = createTokeniser(model, (await inspectModel(file)).controlTexts);
    for (const one of ['a  b\n\n\n\t\tc', '<b>hello</b> 👩‍🚀', '<|start|>system<|message|>', '   \n \n\n  ']) {
      expect(model.tokenize(one, false).some(steers(model))).toBe(true);
      expect(content(one).filter(steers(model))).toEqual([]);
      expect(model.detokenize(content(one), true)).toBe(one);
    }
    expect(content('✨').filter(steers(model)), 'one character is itself').toHaveLength(1);
  });

  test.each([' ', '\u0301', '<|start|>', 'x\n\n'])(
    'takes time in proportion to its length, were it nothing but %j',
    async (unit) => {
      const file = files.write('odd.gguf', writeGguf(oddVocabulary().content));
      const { content } = createTokeniser(await openModel(file), (await inspectModel(file)).controlTexts);
      /** User time of this process: what else runs on the machine does not count. */
      const timeOf = (length: number) => {
        const before = process.cpuUsage();
        content(unit.repeat(length / unit.length));
        return process.cpuUsage(before).user;
      };
      const short = Math.min(timeOf(9000), timeOf(9000));
      // ten times as long; were it the square of the length, a hundred times
      expect(Math.min(timeOf(90_000), timeOf(90_000)) / Math.max(short, 1000)).toBeLessThan(40);
    },
  );

  test('begins with the begin token once, when the model wants one, whether or not the template wrote it', async () => {
    const wants = changedModel({ 'tokenizer.ggml.add_bos_token': { type: 'bool', value: true } });
    const model = await openModel(files.write('bos.gguf', wants));
    const tokeniser = createTokeniser(model, []);
    const bos = model.tokens.bos;
    for (const pieces of [['Hello'], ['<|endoftext|>', 'Hello'], ['<|endoftext|>Hello']]) {
      const { tokens } = tokeniser.prompt(pieces.map((piece) => ({ text: piece, control: true })));
      expect(tokens.filter((token) => token === bos)).toHaveLength(1);
      expect(tokens[0]).toBe(bos);
    }
    const plain = createTokeniser(await openModel(made), []);
    expect(plain.prompt([{ text: 'Hello', control: true }]).tokens).not.toContain(bos);
  });
});

describe('the detokeniser', () => {
  test('gives the same text whatever it is cut into, and never half a character', async () => {
    const model = await openModel(made);
    fc.assert(
      fc.property(whole, (said) => {
        const detokeniser = createDetokeniser(model);
        const parts = model.tokenize(said).map((token) => detokeniser.push(token));
        expect(parts.join('')).toBe(said);
        expect(parts.every((part) => part.isWellFormed() && !part.includes('\ufffd'))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps a character that never becomes whole to itself, and goes on after it', async () => {
    const model = await openModel(made);
    const half = model.tokenize('🎭').slice(0, 2);
    const detokeniser = createDetokeniser(model);
    expect(half.map((token) => detokeniser.push(token)).join('')).toBe('');
    const rest = model.tokenize('ok').map((token) => detokeniser.push(token));
    expect(rest.join('')).toMatch(/^\ufffd+ok$/);
  });
});
