// Pocket's vocabulary and three that are made, opened in llama.cpp without weights.
import { getLlama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import { inspectModel } from '../../src/backends/llama/gguf/inspect-model.ts';
import { createTokeniser, type Tokeniser } from '../../src/backends/llama/tokens/tokenise-pieces.ts';
import { isMarkup, type ModelTexts } from '../../src/prompt/literals/control-texts.ts';
import { createModelFiles, POCKET } from '../backends/llama/model-files.ts';
import { chatmlVocabulary, oddVocabulary, sentencePieceVocabulary } from '../made-model/steering-vocabularies.ts';
import { writeGguf } from '../made-model/write-gguf.ts';

export type Vocabulary = {
  name: string;
  model: LlamaModel;
  tokeniser: Tokeniser;
  /** what the engine knows of its model, and what a backend knows of a server's */
  local: ModelTexts;
  remote: ModelTexts;
  /** what the template writes before and after a turn, and the control tokens in that */
  around: readonly [before: string, after: string];
  scaffolding: string;
  /** the texts of the control and user-defined tokens among these, other than user-defined ones of one character */
  steering(tokens: readonly Token[]): string[];
  /** the same without user-defined tokens of ordinary text */
  forging(tokens: readonly Token[]): string[];
};

/** The texts of all their control and user-defined tokens, by vocabulary. Pocket's are those of ChatML. */
export const STEERING_TEXTS: readonly (readonly string[])[] = [
  ['<|im_start|>', '<|im_end|>', '<|endoftext|>'],
  ...[chatmlVocabulary(), sentencePieceVocabulary(), oddVocabulary()].map(({ steering }) => steering),
];

export async function openVocabularies(): Promise<{ vocabularies: Vocabulary[]; close(): Promise<void> }> {
  const quiet = { build: 'never', progressLogs: false, logLevel: LlamaLogLevel.disabled } as const;
  const llama = await getLlama({ gpu: false, maxThreads: 1, ...quiet });
  const files = createModelFiles();
  const open = async (name: string, file: string, around: Vocabulary['around']): Promise<Vocabulary> => {
    const model = await llama.loadModel({ modelPath: file, vocabOnly: true });
    const { controlTexts, template = '', bosToken = '', eosToken = '' } = await inspectModel(file);
    const readers = readersOf(model);
    return {
      name,
      model,
      tokeniser: createTokeniser(model, controlTexts),
      local: { controlTexts, template, bosToken, eosToken },
      remote: { template },
      around,
      scaffolding: readers.forging(model.tokenize(around.join(''), true)).join(),
      ...readers,
    };
  };
  const write = ({ name, content }: ReturnType<typeof oddVocabulary>) => files.write(`${name}.gguf`, writeGguf(content));
  return {
    vocabularies: [
      await open('Pocket', POCKET, ['<|im_start|>user\n', '<|im_end|>\n']),
      await open('like Qwen', write(chatmlVocabulary()), ['<|im_start|>user\n', '<|im_end|>\n']),
      await open('like Mistral', write(sentencePieceVocabulary()), ['[INST]', '[/INST]']),
      await open('like Gemma 4 and gpt-oss', write(oddVocabulary()), ['<|start|>user<|message|>', '<turn|>\n']),
    ],
    async close() {
      await llama.dispose();
      files.remove();
    },
  };
}

function readersOf(model: LlamaModel): Pick<Vocabulary, 'steering' | 'forging'> {
  type Kind = { text: string; steers: boolean; forges: boolean };
  const known = new Map<Token, Kind>();
  const before = model.tokenize('a', false);
  const kindOf = (token: Token): Kind => {
    const { control, userDefined } = model.getTokenAttributes(token);
    const text = model.detokenize([token], true, before);
    const steers = control || (userDefined && Array.from(text).length > 1);
    return { text, steers, forges: steers && (control || isMarkup(text)) };
  };
  const kinds = (tokens: readonly Token[]) =>
    tokens.map((token) => {
      const kind = known.get(token) ?? kindOf(token);
      known.set(token, kind);
      return kind;
    });
  return {
    steering: (tokens) => kinds(tokens).flatMap(({ text, steers }) => (steers ? [text] : [])),
    forging: (tokens) => kinds(tokens).flatMap(({ text, forges }) => (forges ? [text] : [])),
  };
}
