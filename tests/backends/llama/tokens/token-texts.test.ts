import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTokenTexts } from '../../../../src/backends/llama/tokens/token-texts.ts';
import { chatmlVocabulary, oddVocabulary, sentencePieceVocabulary } from '../../../made-model/steering-vocabularies.ts';
import { writeGguf } from '../../../made-model/write-gguf.ts';
import { createModelFiles, POCKET, plainModel } from '../model-files.ts';

const files = createModelFiles();
let llama: Llama;
beforeAll(async () => {
  llama = await getLlama({ gpu: false, maxThreads: 1, build: 'never', progressLogs: false, logLevel: LlamaLogLevel.disabled });
});
afterAll(async () => {
  await llama.dispose();
  files.remove();
});

const VOCABULARIES = [
  ['Pocket', POCKET],
  ['the made model', files.write('made.gguf', plainModel())],
  ...[chatmlVocabulary(), sentencePieceVocabulary(), oddVocabulary()].map(({ name, content }) => [
    `a vocabulary ${name}`,
    files.write(`${name}.gguf`, writeGguf(content)),
  ]),
] as [string, string][];

const SAMPLE = 'The tea is hot !  Two spaces,\n\na tab\tand "quotes". 안녕하세요, 서연! 🎭 naïve café 𝄞 {x}';

describe.each(VOCABULARIES)('the tokens of %s', (_name, modelPath) => {
  let model: LlamaModel;
  beforeAll(async () => {
    model = await llama.loadModel({ modelPath, vocabOnly: true });
  });
  afterAll(() => model.dispose());

  test('spell the text that they were made of, byte by byte', () => {
    const textOf = createTokenTexts(model);
    const tokens = model.tokenize(SAMPLE, false);
    const bytes = tokens.flatMap((token) => {
      const { text, bytes: own } = textOf(token);
      return own ? [...own] : [...Buffer.from(text, 'utf8')];
    });
    const spelled = Buffer.from(bytes).toString('utf8');
    // A user-defined token of SentencePiece's underlines is what llama.cpp says as well.
    const said = model.detokenize(tokens, true).includes('▁▁') ? SAMPLE.replace('  ', '▁▁') : SAMPLE;
    expect(model.vocabularyType === 'spm' ? spelled.replace(/^ /, '') : spelled).toBe(said);
  });

  test('have bytes exactly where they are no whole characters', () => {
    const textOf = createTokenTexts(model);
    const all = [...model.iterateAllTokens()].map((token) => textOf(token));
    expect(all.length).toBeGreaterThan(250);
    for (const { text, bytes } of all)
      expect(bytes !== undefined, JSON.stringify({ text, bytes })).toBe(text.includes('\ufffd'));
    expect(all.some(({ bytes }) => bytes !== undefined)).toBe(true);
  });

  test('are written out where they are control tokens', () => {
    const textOf = createTokenTexts(model);
    const [token] = model.tokenize('<|im_end|>', true);
    if (token !== undefined && model.getTokenAttributes(token as Token).control)
      expect(textOf(token)).toEqual({ text: '<|im_end|>' });
    const { eos } = model.tokens;
    if (eos !== null) expect(textOf(eos).text).toBe(model.tokens.eosString);
  });
});
