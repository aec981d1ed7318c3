import { createRandom } from './random.ts';
import { buildVocabulary, CONTROL_TOKENS, type Vocabulary } from './vocabulary.ts';
import { buildWeights, LAYERS, SHAPE } from './weights.ts';
import type { GgufContent, MetadataValue } from './write-gguf.ts';

const SEED = 20261120;
const TOKEN_TYPE = { normal: 1, control: 3 } as const;

/** ChatML; the system message may be missing. */
const CHAT_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * A model that is made, not trained, for what a trained one does not do on demand: it says words that mean nothing, in sentences
 * that end, whatever the prompt and the dials. `endless` makes one whose replies end only when they are stopped, and `layers` one
 * that takes more memory.
 */
export function madeModel({ endless = false, layers = LAYERS } = {}): GgufContent {
  const vocabulary = buildVocabulary();
  const endToken = endless ? undefined : vocabulary.idOf(CONTROL_TOKENS.end);
  return {
    metadata: [
      ...modelMetadata(layers),
      ['llama.vocab_size', { type: 'uint32', value: vocabulary.tokens.length }],
      ...tokenizerMetadata(vocabulary),
    ],
    tensors: buildWeights({ vocabulary, endToken, layers, random: createRandom(SEED) }),
  };
}

function modelMetadata(layers: number): [string, MetadataValue][] {
  return [
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.name', { type: 'string', value: 'Made model' }],
    ['general.description', { type: 'string', value: 'Random weights, for tests: its replies mean nothing.' }],
    ['general.license', { type: 'string', value: 'mit' }],
    ['general.file_type', { type: 'uint32', value: 1 }],
    ['general.quantization_version', { type: 'uint32', value: 2 }],
    ['general.alignment', { type: 'uint32', value: 32 }],
    ['llama.context_length', { type: 'uint32', value: SHAPE.context }],
    ['llama.embedding_length', { type: 'uint32', value: SHAPE.width }],
    ['llama.block_count', { type: 'uint32', value: layers }],
    ['llama.feed_forward_length', { type: 'uint32', value: SHAPE.hidden }],
    ['llama.attention.head_count', { type: 'uint32', value: SHAPE.heads }],
    ['llama.attention.head_count_kv', { type: 'uint32', value: SHAPE.heads }],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
    ['llama.rope.dimension_count', { type: 'uint32', value: SHAPE.width / SHAPE.heads }],
    ['llama.rope.freq_base', { type: 'float32', value: 10_000 }],
  ];
}

/** A byte-level BPE vocabulary with ChatML's tokens, and ChatML as the template. */
export function tokenizerMetadata(
  vocabulary: Pick<Vocabulary, 'tokens' | 'merges' | 'control' | 'idOf'>,
): [string, MetadataValue][] {
  const type = (id: number) => (vocabulary.control.has(id) ? TOKEN_TYPE.control : TOKEN_TYPE.normal);
  const id = (token: string): MetadataValue => ({ type: 'uint32', value: vocabulary.idOf(token) });
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    // With gpt-2 here, llama.cpp would take the space out of " !" when it makes text of tokens.
    ['tokenizer.ggml.pre', { type: 'string', value: 'qwen2' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: vocabulary.tokens }],
    ['tokenizer.ggml.token_type', { type: 'int32s', value: vocabulary.tokens.map((_, at) => type(at)) }],
    ['tokenizer.ggml.merges', { type: 'strings', value: vocabulary.merges }],
    ['tokenizer.ggml.bos_token_id', id(CONTROL_TOKENS.text)],
    ['tokenizer.ggml.eos_token_id', id(CONTROL_TOKENS.end)],
    ['tokenizer.ggml.eot_token_id', id(CONTROL_TOKENS.end)],
    ['tokenizer.ggml.padding_token_id', id(CONTROL_TOKENS.text)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
    ['tokenizer.chat_template', { type: 'string', value: CHAT_TEMPLATE }],
  ];
}
