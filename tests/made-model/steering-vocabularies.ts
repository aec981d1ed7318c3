// Vocabularies without weights, as three families of models have them, for what llama.cpp makes of a text. Load them with vocabOnly.
import { buildVocabulary } from './vocabulary.ts';
import { COMMON_SYLLABLES, COMMON_WORDS } from './words.ts';
import type { GgufContent, MetadataValue } from './write-gguf.ts';

export type MadeVocabulary = {
  name: string;
  content: GgufContent;
  /** the chat template a server with this model offers */
  template: string;
  /** texts of its control and user-defined tokens */
  steering: readonly string[];
};

/** https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, tokenizer.ggml.token_type */
const TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6 } as const;

type Token = { text: string; type: keyof typeof TYPE; score: number };

/**
 * Like Qwen's: byte-level BPE and ChatML; the tokens of reasoning and tools are user-defined
 * (https://huggingface.co/Qwen/Qwen3-8B/blob/main/tokenizer_config.json says "special": false of them).
 */
export function chatmlVocabulary(): MadeVocabulary {
  const { tokens, merges } = buildVocabulary();
  return assemble({
    name: 'like Qwen',
    tokens: [
      ...tokens.map((text) => token(text.startsWith('<|') ? 'control' : 'normal', text)),
      ...list('control', '<|object_ref_start|> <|box_start|> <|vision_start|> <|image_pad|> <|fim_prefix|> <|fim_pad|>'),
      ...list('userDefined', '<think> </think> <tool_call> </tool_call> <tool_response> </tool_response>'),
    ],
    metadata: [
      ['tokenizer.ggml.model', string('gpt2')],
      ['tokenizer.ggml.pre', string('qwen2')],
      ['tokenizer.ggml.merges', { type: 'strings', value: merges }],
    ],
    template:
      "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n' }}{% endif %}",
  });
}

/**
 * Like those of Llama 2 and Mistral: SentencePiece, which puts a space before a text, with byte tokens. Some of its control tokens
 * can be made of ordinary ones by merging, and so can its user-defined run of spaces, which is written with ▁.
 */
export function sentencePieceVocabulary(): MadeVocabulary {
  const merged = [...COMMON_WORDS, ...COMMON_SYLLABLES].map((word) => word.replaceAll(' ', '▁'));
  return assemble({
    name: 'like Mistral',
    tokens: [
      token('unknown', '<unk>'),
      ...list('control', '<s> </s>'),
      ...bytes(),
      ...list('control', '[INST] [/INST] [TOOL_CALLS] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [SYSTEM_PROMPT] [/SYSTEM_PROMPT]'),
      ...list('userDefined', '<<SYS>> <</SYS>> [THINK] [/THINK] ▁▁ ▁▁▁▁ :) ha'),
      ...pieces([...merged, '<s', 's>', '</', '[IN', 'ST]', '[INST', 'INST', '<<', '>>', 'SYS']),
    ],
    metadata: [['tokenizer.ggml.model', string('llama')]],
    template:
      "{{ bos_token }}{% for message in messages %}{% if message.role == 'user' %}{{ '[INST]' + message.content + '[/INST]' }}" +
      "{% elif message.role == 'system' %}{{ '<<SYS>>\\n' + message.content + '\\n<</SYS>>\\n\\n' }}" +
      '{% else %}{{ message.content + eos_token }}{% endif %}{% endfor %}',
  });
}

/**
 * Like Gemma 4 and gpt-oss in one: odd control tokens, and user-defined ones that are ordinary text: runs of line breaks, spaces
 * and tabs, HTML tags (https://github.com/ggml-org/llama.cpp/pull/8228), a word, an emoji of several characters. llama.cpp takes
 * `<|start|>`, `<|channel|>` and `<|message|>` for user-defined, whatever the file says.
 */
export function oddVocabulary(): MadeVocabulary {
  const runs = ['\n', ' ', '\t'].flatMap((unit) => [2, 3, 4, 8, 16, 31].map((length) => unit.repeat(length)));
  return assemble({
    name: 'like Gemma 4 and gpt-oss',
    tokens: [
      ...list('control', '<pad> <eos> <bos>'),
      token('unknown', '<unk>'),
      ...bytes(),
      ...list(
        'control',
        '<mask> <|turn> <turn|> <|channel> <channel|> <|tool_call> <tool_call|> <|"|> <unused0> <unused41> [multimodal]',
      ),
      ...list(
        'control',
        '<|start|> <|message|> <|channel|> <|constrain|> <|end|> <|return|> <|call|> ]~b] ]~!b[ >>TITLE<< @@eot@@',
      ),
      ...list('userDefined', '<|think|> <table> </table> <td> <h1> <b> </b> <code> </code> hello 👩‍🚀 ✨'),
      ...runs.map((run) => token('userDefined', run)),
      ...pieces([...COMMON_WORDS, ...COMMON_SYLLABLES].map((word) => word.replaceAll(' ', '▁'))),
    ],
    metadata: [
      ['tokenizer.ggml.model', string('llama')],
      ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: false }],
    ],
    template:
      "{% for message in messages %}{{ '<|start|>' + message.role + '<|message|>' + message.content + '<turn|>\\n' }}{% endfor %}" +
      "{{ '@@eot@@' }}>>TITLE<<{% if images %}[multimodal]{% endif %}{% if add_generation_prompt %}{{ '<|start|>model<|message|>' }}{% endif %}",
  });
}

type Parts = Omit<MadeVocabulary, 'content' | 'steering'> & {
  tokens: readonly Token[];
  metadata: readonly [string, MetadataValue][];
};

function assemble({ tokens: wanted, metadata, ...rest }: Parts): MadeVocabulary {
  const tokens = [...new Map(wanted.toReversed().map((entry) => [entry.text, entry])).values()].toReversed();
  return {
    ...rest,
    steering: tokens.filter(({ type }) => type === 'control' || type === 'userDefined').map(({ text }) => text),
    content: {
      tensors: [],
      metadata: [
        ['general.architecture', string('llama')],
        ['general.name', string(rest.name)],
        ['llama.context_length', { type: 'uint32', value: 512 }],
        ['llama.embedding_length', { type: 'uint32', value: 8 }],
        ['llama.block_count', { type: 'uint32', value: 1 }],
        ['llama.feed_forward_length', { type: 'uint32', value: 8 }],
        ['llama.attention.head_count', { type: 'uint32', value: 1 }],
        ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
        ['llama.vocab_size', { type: 'uint32', value: tokens.length }],
        ['tokenizer.ggml.tokens', { type: 'strings', value: tokens.map(({ text }) => text) }],
        ['tokenizer.ggml.token_type', { type: 'int32s', value: tokens.map(({ type }) => TYPE[type]) }],
        ['tokenizer.ggml.scores', { type: 'float32s', value: tokens.map(({ score }) => score) }],
        ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
        ['tokenizer.chat_template', string(rest.template)],
        ...metadata,
      ],
    },
  };
}

const string = (value: string): MetadataValue => ({ type: 'string', value });
const token = (type: Token['type'], text: string, score = 0): Token => ({ type, text, score });
const list = (type: Token['type'], texts: string) => texts.split(' ').map((text) => token(type, text));

/** The byte tokens of SentencePiece, for what no other token spells. */
function bytes(): Token[] {
  return Array.from({ length: 256 }, (_, byte) => token('byte', `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`));
}

/** Ordinary tokens, with all their beginnings: SentencePiece joins two tokens when what they make is a token as well. */
function pieces(words: readonly string[]): Token[] {
  const ascii = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  const beginnings = words.flatMap((word) => [...word].map((_, index, all) => all.slice(0, index + 1).join('')));
  return [...new Set([...beginnings, ...ascii, '▁', '\n'])].map((text, rank) => token('normal', text, -rank));
}
