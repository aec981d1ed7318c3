// How model families write down what they think, as data. Sources: the chat templates that the models are published with, OpenAI's
// description of Harmony (https://developers.openai.com/cookbook/articles/openai-harmony), Google's of Gemma 4
// (https://ai.google.dev/gemma/docs/core/prompt-formatting-gemma4), Cohere's, Upstage's and Naver's model cards.

/** A thought between two marks. */
export type Format = {
  open: string;
  close: string;
  /** marks that end it as well, because the reply begins with them */
  replies: readonly string[];
  /** a word that stands behind the opening mark and is no part of the thought */
  label: string;
  /** what a model is made to say so that it stops thinking and replies */
  closing: string;
};

type More = Partial<Pick<Format, 'replies' | 'label' | 'closing'>>;

function pair(open: string, close: string, { replies = [], label = '', closing = close }: More = {}): Format {
  return { open, close, replies, label, closing };
}

/** A tag of plain characters, on lines of its own: that is how models were trained to write it. */
function tag(name: string): Format {
  return pair(`<${name}>`, `</${name}>`, { closing: `\n</${name}>\n\n` });
}

/** Each closes only what it opened. */
export const FORMATS: readonly Format[] = [
  tag('think'), // Qwen3, DeepSeek, GLM, EXAONE 4, Phi-4-reasoning, Granite 3.3, MiniMax, Nemotron, Olmo ...
  tag('thinking'),
  tag('thought'), // EXAONE Deep
  tag('reasoning'), // Reka Flash 3
  tag('seed:think'), // Seed-OSS
  tag('mm:think'), // MiniMax M3
  tag('longcat_think'),
  pair('[THINK]', '[/THINK]'), // Magistral, Ministral 3 Reasoning
  pair('◁think▷', '◁/think▷'), // Kimi-VL
  pair('<|channel>', '<channel|>', { label: 'thought' }), // Gemma 4
  pair('<unused94>', '<unused95>', { label: 'thought' }), // MedGemma
  pair('<|START_THINKING|>', '<|END_THINKING|>', {
    replies: ['<|START_RESPONSE|>'],
    closing: '<|END_THINKING|><|START_RESPONSE|>',
  }), // Command A, Command R7B
  pair('<|inner_prefix|>', '<|inner_suffix|>'), // Apertus
  pair('<|begin_of_thought|>', '<|end_of_thought|>', { closing: '<|end_of_thought|>\n\n<|begin_of_solution|>' }), // OpenThinker
  pair('<|open|>think<|sep|>', '<|close|>think<|sep|>', {
    closing: '<|close|>think<|sep|><|open|>response<|sep|>',
  }), // Kimi K3
];

/** A thought that begins with a sentence: a reply is taken for one only when it begins with just that. */
export const APRIEL: Format = pair('Here are my reasoning steps:', '[BEGIN FINAL RESPONSE]', {
  closing: '\n[BEGIN FINAL RESPONSE]\n',
});

/** HyperCLOVA X: the thought is a turn of its own, which only the prompt can open. */
export const HYPERCLOVA: Format = pair('assistant/think\n', '<|im_end|>\n<|im_start|>assistant\n');

/** Families whose messages each name their channel or their addressee, with what brings them from any message to the reply. */
export const CHANNEL_CLOSINGS = {
  harmony: '<|end|><|start|>assistant<|channel|>final<|message|>', // gpt-oss
  solar: '<|end|><|begin|>assistant<|content|>', // Solar Open
  muse: '<|eom|><|start|>assistant to=user<|message|>',
} as const;
export type Family = keyof typeof CHANNEL_CLOSINGS;

/** Some models wrap the reply that follows a thought: Granite 3.3 and ERNIE in `response`, Hunyuan and GLM-4.1V in `answer`. */
export const WRAPS: readonly { open: string; close: string }[] = ['response', 'answer'].map((name) => ({
  open: `<${name}>`,
  close: `</${name}>`,
}));

/** What stands around a reply and is no part of it. */
const SKIPPED: readonly string[] = [
  ...['<|START_RESPONSE|>', '<|END_RESPONSE|>', '<|START_TEXT|>', '<|END_TEXT|>', '<|constrain|>'],
  ...['<|begin_of_solution|>', '<|end_of_solution|>', '<|begin_of_box|>', '<|end_of_box|>', '[END FINAL RESPONSE]'],
  ...['<|open|>response<|sep|>', '<|close|>response<|sep|>', '<|close|>message<|sep|>'],
];

/** With these a model ends its turn; what follows them is not its own. */
export const TURN_ENDS: readonly string[] = [
  ...['<|return|>', '<|call|>', '<|calls|>', '<|flush|>', '<|eot|>', '<|end_of_msg|>', '<|open|>tools<|sep|>'],
  ...['<|im_end|>', '<|eot_id|>', '<|eom_id|>', '<|end_of_turn|>', '<|endofturn|>', '<|endoftext|>', '<|end_of_text|>'],
  ...['<end_of_turn>', '<turn|>', '<|tool_response>', '<|END_OF_TURN_TOKEN|>', '<seed:eos>', '[|endofturn|]', '[e~['],
  ...['<｜end▁of▁sentence｜>', '<|user|>', '<|observation|>'],
];

export type Mark =
  | { kind: 'open' | 'close'; format: Format }
  /** a message begins: its role follows, then its channel, then its body */
  | { kind: 'message' | 'channel' }
  /** the body of a message: what it is stands in the head before it, or in the mark itself */
  | { kind: 'body'; is: 'as its head says' | 'reply' | 'thought' }
  | { kind: 'message-end' | 'turn-end' | 'skip' };

/** Every mark by its text. None is the beginning of another. */
export const MARKS: ReadonlyMap<string, Mark> = new Map<string, Mark>([
  ...FORMATS.flatMap((format): [string, Mark][] => [
    [format.open, { kind: 'open', format }],
    [format.close, { kind: 'close', format }],
  ]),
  [APRIEL.close, { kind: 'close', format: APRIEL }],
  ['<|start|>', { kind: 'message' }],
  ['<|begin|>', { kind: 'message' }],
  ['<|channel|>', { kind: 'channel' }],
  ['<|message|>', { kind: 'body', is: 'as its head says' }],
  ['<|content|>', { kind: 'body', is: 'reply' }],
  ['<|think|>', { kind: 'body', is: 'thought' }],
  ['<|tool_calls|>', { kind: 'body', is: 'thought' }],
  ['<|end|>', { kind: 'message-end' }],
  ['<|eom|>', { kind: 'message-end' }],
  ...SKIPPED.map((text): [string, Mark] => [text, { kind: 'skip' }]),
  ...TURN_ENDS.map((text): [string, Mark] => [text, { kind: 'turn-end' }]),
]);

/** The marks, and the control tokens that they are made of where a mark is more than one. */
export function tokenTexts(): string[] {
  const texts = [...MARKS.keys()].flatMap((mark) => [mark, ...(mark.match(/<\|[^|<>]+\|>/g) ?? [])]);
  return [...new Set(texts)];
}
