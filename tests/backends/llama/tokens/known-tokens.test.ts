import fc from 'fast-check';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectModel } from '../../../../src/backends/llama/gguf/inspect-model.ts';
import { createTokeniser, type Tokeniser } from '../../../../src/backends/llama/tokens/tokenise-pieces.ts';
import type { Piece } from '../../../../src/chat.ts';
import { sentencePieceVocabulary } from '../../../made-model/steering-vocabularies.ts';
import { writeGguf } from '../../../made-model/write-gguf.ts';
import { createModelFiles, POCKET } from '../model-files.ts';

const files = createModelFiles();
let llama: Llama;
const vocabularies = new Map<string, { model: LlamaModel; tokeniser: Tokeniser }>();
beforeAll(async () => {
  llama = await getLlama({ gpu: false, maxThreads: 1, build: 'never', progressLogs: false, logLevel: LlamaLogLevel.disabled });
  const paths = { bpe: POCKET, spm: files.write('spm.gguf', writeGguf(sentencePieceVocabulary().content)) };
  for (const [name, modelPath] of Object.entries(paths)) {
    const model = await llama.loadModel({ modelPath, vocabOnly: true });
    vocabularies.set(name, { model, tokeniser: createTokeniser(model, (await inspectModel(modelPath)).controlTexts) });
  }
});
afterAll(async () => {
  await llama.dispose();
  files.remove();
});

const open = (name: string) => vocabularies.get(name) ?? expect.fail(`There is no vocabulary ${name}.`);
const START: Piece = { text: '<|im_start|>assistant\n', control: true };
const END: Piece = { text: '<|im_end|>\n', control: true };
const NO_SPANS = new Map();

test.each(['bpe', 'spm'])(
  'content is never made of control tokens, and says what it says, whatever stood in its place (%s)',
  (name) => {
    const { model, tokeniser } = open(name);
    const size = model.fileInfo.metadata.tokenizer?.ggml?.tokens?.length ?? 0;
    const start = tokeniser.prompt([START]).tokens;
    const ids = fc.array(fc.integer({ min: 0, max: Math.min(size, 2048) - 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(ids, fc.string({ maxLength: 4 }), fc.nat(12), (said, tail, cut) => {
        const script = { tokens: [...start, ...(said as Token[])], spans: NO_SPANS };
        const text = (model.detokenize(said.slice(0, cut) as Token[], true, start) + tail).replaceAll('\ufffd', '');
        const { tokens, spans } = tokeniser.prompt([START, { text, control: false }, END], script);
        const [, content] = [...spans.entries()].filter(([, span]) => span.text === text || span.control);
        if (text === '' || !content || content[1].control) return;
        const own = tokens.slice(content[0], content[1].end);
        const steering = own.filter((token) => {
          const { control, userDefined } = model.getTokenAttributes(token);
          return (control || userDefined) && [...model.detokenize([token], true, start)].length > 1;
        });
        expect(steering).toEqual([]);
        // A small vocabulary cannot spell everything: what is asked for is what the text by itself says.
        const plain = tokeniser.prompt([START, { text, control: false }, END]).tokens;
        const unknown = model.detokenize([0 as Token], true);
        const shown = (all: readonly Token[]) =>
          model
            .detokenize([...all], true)
            .replaceAll('▁', ' ')
            .split(unknown)
            .join('');
        expect(shown(tokens)).toBe(shown(plain));
      }),
      { numRuns: 1500, seed: 20_261_126 },
    );
  },
);

test('a text takes the tokens with which it was said, though they are not those of its text', () => {
  const { model, tokeniser } = open('bpe');
  const start = tokeniser.prompt([START]).tokens;
  const letters = [...'the garden'].flatMap((letter) => model.tokenize(letter, false));
  expect(letters.length).toBeGreaterThan(tokeniser.content('the garden').length);
  const script = { tokens: [...start, ...letters], spans: NO_SPANS };
  const { tokens } = tokeniser.prompt([START, { text: 'the garden', control: false }, END], script);
  expect(tokens.slice(start.length, start.length + letters.length)).toEqual(letters);
});

test('a text that goes on inside a word gets that word anew', () => {
  const { model, tokeniser } = open('bpe');
  const start = tokeniser.prompt([START]).tokens;
  const letters = [...'the gard'].flatMap((letter) => model.tokenize(letter, false));
  const after = model.tokenize('n', false);
  const script = { tokens: [...start, ...letters, ...after], spans: NO_SPANS };
  const { tokens, spans } = tokeniser.prompt([START, { text: 'the garden', control: false }], script);
  const own = tokens.slice(start.length, spans.get(start.length)?.end);
  expect(own).toEqual([
    ...letters.slice(0, 3),
    ...tokeniser.prompt([START, { text: ' garden', control: false }]).tokens.slice(start.length),
  ]);
});

test('nothing is taken from a script whose beginning is another', () => {
  const { model, tokeniser } = open('bpe');
  const letters = [...'the garden'].flatMap((letter) => model.tokenize(letter, false));
  const script = { tokens: [...tokeniser.prompt([END]).tokens, ...letters], spans: NO_SPANS };
  const pieces = [START, { text: 'the garden', control: false }];
  expect(tokeniser.prompt(pieces, script)).toEqual(tokeniser.prompt(pieces));
});

test('a script that was cut short gives what it has', () => {
  const { tokeniser } = open('bpe');
  const pieces = [START, { text: 'Every flower in it has a name of its own.', control: false }, END];
  const whole = tokeniser.prompt(pieces);
  for (let length = 0; length <= whole.tokens.length; length++) {
    const script = { tokens: whole.tokens.slice(0, length), spans: whole.spans };
    expect(tokeniser.prompt(pieces, script).tokens).toEqual(whole.tokens);
  }
});
