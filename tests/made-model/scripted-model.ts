// A model that says what a script tells: each token follows from the one before it, and from whether another one stands anywhere
// before. No chance and no training: one layer, whose attention counts what is there, and an output that reads the script's table.
import { BYTE_CHARACTERS, learnMerges, spell } from './byte-pairs.ts';
import type { GgufContent, MetadataValue, Tensor } from './write-gguf.ts';

/** `seen`: the rule holds only once this token stands somewhere before; among rules for the same token such a one goes first. */
export type Rule = { after: string; seen?: string; comes: string };

export type Script = {
  /** tokens that no text is tokenised into unless it is scaffolding */
  control: readonly string[];
  userDefined?: readonly string[];
  /** ends the reply; what follows a token without a rule */
  end: string;
  /**
   * They hold for texts of 20 to 800 tokens in which no `seen` token stands more than a few times. What comes because of one must
   * not come without it elsewhere: it is the more likely everywhere.
   */
  rules: readonly Rule[];
};

const TOKEN_TYPE = { normal: 1, control: 3, userDefined: 4 } as const;
/** Half of the width is for what a token is, half for what was seen. */
const WIDTH = 128;
const HEADS = 4;
const HIDDEN = 32;
/** What a rule is worth, and how much less one is that waits for another token to be seen. */
const FOLLOWS = 20;
const WAITS = 0.1;
const SEEN = 60;

/** All that rules name are single tokens; a text that is no mark is a word of the vocabulary. */
export function scriptedModel(script: Script): GgufContent {
  const marks = [...script.control, ...(script.userDefined ?? [])];
  const named = [...new Set(script.rules.flatMap(({ after, seen, comes }) => [after, comes, ...(seen ? [seen] : [])]))];
  const words = named.filter((text) => !marks.includes(text));
  // A script may name single bytes of a character.
  const isByte = (text: string) => /^0x[0-9a-f]{2}$/.test(text);
  const merges = learnMerges(words.filter((word) => !isByte(word)));
  const texts = [...new Set([...BYTE_CHARACTERS, ...merges.map(([left, right]) => left + right)]), ...marks];
  const idOf = (text: string): number => {
    const spelled = isByte(text) ? BYTE_CHARACTERS[Number(text)] : marks.includes(text) ? text : spell(text);
    const id = texts.indexOf(spelled ?? '');
    if (id < 0) throw new Error(`The script names ${JSON.stringify(text)}, which is no token.`);
    return id;
  };
  if (named.length >= WIDTH / 2) throw new Error('The script names too many tokens.');
  return {
    metadata: metadataOf({ texts, script, merges: merges.map((pair) => pair.join(' ')), idOf }),
    tensors: tensorsOf({ size: texts.length, named, script, idOf }),
  };
}

type Vocabulary = {
  texts: readonly string[];
  merges: readonly string[];
  script: Script;
  idOf(text: string): number;
};

function metadataOf({ texts, merges, script, idOf }: Vocabulary): [string, MetadataValue][] {
  const number = (value: number): MetadataValue => ({ type: 'uint32', value });
  const text = (value: string): MetadataValue => ({ type: 'string', value });
  const typeOf = (token: string) =>
    script.control.includes(token) ? 'control' : script.userDefined?.includes(token) ? 'userDefined' : 'normal';
  return [
    ['general.architecture', text('llama')],
    ['general.name', text('Scripted model')],
    ['general.file_type', number(1)],
    ['llama.context_length', number(4096)],
    ['llama.embedding_length', number(WIDTH)],
    ['llama.block_count', number(1)],
    ['llama.feed_forward_length', number(HIDDEN)],
    ['llama.attention.head_count', number(HEADS)],
    ['llama.attention.head_count_kv', number(HEADS)],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
    ['llama.rope.dimension_count', number(WIDTH / HEADS)],
    ['llama.vocab_size', number(texts.length)],
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text('qwen2')],
    ['tokenizer.ggml.tokens', { type: 'strings', value: texts }],
    ['tokenizer.ggml.token_type', { type: 'int32s', value: texts.map((token) => TOKEN_TYPE[typeOf(token)]) }],
    ['tokenizer.ggml.merges', { type: 'strings', value: merges }],
    ['tokenizer.ggml.eos_token_id', number(idOf(script.end))],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ];
}

type Weights = { size: number; named: readonly string[]; script: Script; idOf(text: string): number };

/** Dimensions: one for each token that the script names, one for all others; the same again for how often each was seen. */
function tensorsOf({ size, named, script, idOf }: Weights): Tensor[] {
  const half = WIDTH / 2;
  const dimension = new Map(named.map((text, index) => [idOf(text), index + 1]));
  const at = (text: string) => dimension.get(idOf(text)) ?? 0;
  const embedding = matrix('token_embd.weight', [WIDTH, size]);
  for (let token = 0; token < size; token++) embedding.values[token * WIDTH + (dimension.get(token) ?? 0)] = 8;
  const output = matrix('output.weight', [WIDTH, size]);
  const set = (text: string, column: number, value: number) => {
    const cell = idOf(text) * WIDTH + column;
    output.values[cell] = Math.max(value, output.values[cell] ?? 0);
  };
  for (let column = 0; column < half; column++) set(script.end, column, FOLLOWS / 2);
  for (const { after, seen, comes } of script.rules) {
    set(comes, at(after), seen ? FOLLOWS - WAITS : FOLLOWS);
    if (seen) set(comes, half + at(seen), SEEN);
  }
  const seeing = matrix('blk.0.attn_v.weight', [WIDTH, WIDTH]);
  const noting = matrix('blk.0.attn_output.weight', [WIDTH, WIDTH]);
  for (let index = 0; index < half; index++) {
    seeing.values[index * WIDTH + index] = 1;
    noting.values[(half + index) * WIDTH + index] = 1;
  }
  return [
    ...[embedding, output, seeing, noting],
    ...['attn_q', 'attn_k'].map((name) => matrix(`blk.0.${name}.weight`, [WIDTH, WIDTH])),
    ...['ffn_gate', 'ffn_up'].map((name) => matrix(`blk.0.${name}.weight`, [WIDTH, HIDDEN])),
    matrix('blk.0.ffn_down.weight', [HIDDEN, WIDTH]),
    ...['blk.0.attn_norm.weight', 'blk.0.ffn_norm.weight', 'output_norm.weight'].map((name): Tensor => {
      return { name, type: 'f32', shape: [WIDTH], values: new Float32Array(WIDTH).fill(1) };
    }),
  ];
}

/** Zeros. `shape` is [columns, rows]. */
function matrix(name: string, shape: readonly [columns: number, rows: number]): Tensor {
  return { name, type: 'f16', shape, values: new Float32Array(shape[0] * shape[1]) };
}
