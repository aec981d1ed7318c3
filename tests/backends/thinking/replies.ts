// Replies of model families as they come from the model, with what is a thought in them and what people may see.
import type { Piece } from '../../../src/chat.ts';

export type Reply = {
  said: string;
  reasoning: string;
  text: string;
  /** the end of the prompt, as scaffolding, where it matters */
  prompt?: string;
};

/** What a thought may hold without ending: other families' marks, code, quotes, half marks, characters of two units. */
const THOUGHT = 'They greet me 🎭.\nI could use `code` or <b>. a < b, [1], ``` or 안녕';
const TEXT = 'Hello 🦊! **a < b** and [x] | 안녕하세요.\n\n```\nx <- 1\n```\nBye.';

/** White space right inside the marks belongs to the thought, right behind them to nobody. */
const between = (open: string, close: string): Reply => ({
  said: `${open}${THOUGHT}${close}${TEXT}`,
  reasoning: `${open.startsWith('<think>') ? open.slice('<think>'.length) : ''}${THOUGHT}${/^\s*/.exec(close)?.[0]}`,
  text: TEXT,
});
const openedBefore = (prompt: string, close: string): Reply => ({ ...between('', close), prompt });

const harmony = (channel: string) => `<|channel|>${channel}<|message|>`;

export const REPLIES: Readonly<Record<string, Reply>> = {
  'no thought': { said: `\n${TEXT}`, reasoning: '', text: `\n${TEXT}` },
  'think, as Qwen3 writes it': between('<think>\n', '\n</think>\n\n'),
  'think, opened by the template': openedBefore('<|im_start|>assistant\n<think>\n', '</think>\n\n'),
  'an empty think': { said: `<think>\n\n</think>\n\n${TEXT}`, reasoning: '\n\n', text: TEXT },
  'a think that the template closed again': { said: TEXT, reasoning: '', text: TEXT, prompt: '<think>\n\n</think>\n\n' },
  'an end of thinking first, as DeepSeek with thinking off': { said: `</think>${TEXT}`, reasoning: '', text: TEXT },
  'white space before a think': between(' \n<think>', '</think> '),
  thinking: between('<thinking>', '</thinking>\n'),
  'thought, as EXAONE Deep': openedBefore('[|assistant|]<thought>\n', '</thought>\n\n'),
  reasoning: between('<reasoning>', '</reasoning>'),
  'seed:think': between('<seed:think>', '</seed:think>'),
  'seed:think with its budget told': {
    said: `<seed:think>a<seed:cot_budget_reflect>9 left</seed:cot_budget_reflect>b</seed:think>${TEXT}`,
    reasoning: 'a<seed:cot_budget_reflect>9 left</seed:cot_budget_reflect>b',
    text: TEXT,
  },
  '[THINK]': between('[THINK]', '[/THINK]'),
  'Kimi-VL': between('◁think▷', '◁/think▷'),
  'Gemma 4': between('<|channel>thought\n', '<channel|>'),
  'Gemma 4 with an empty thought': { said: `<|channel>thought\n<channel|>${TEXT}`, reasoning: '', text: TEXT },
  'Gemma 4 without a line break': { said: `<|channel>thought<channel|>${TEXT}`, reasoning: '', text: TEXT },
  'Gemma 4 with another word': { said: `<|channel>thoughtful<channel|>${TEXT}`, reasoning: 'thoughtful', text: TEXT },
  'Gemma 4, closed by the template': {
    said: TEXT,
    reasoning: '',
    text: TEXT,
    prompt: '<|turn>model\n<|channel>thought\n<channel|>',
  },
  'Gemma 4, opened by the template': openedBefore('<|turn>model\n<|channel>thought\n', '<channel|>'),
  'Gemma 4 with a stray switch': { said: `${TEXT}<channel|>`, reasoning: '', text: TEXT },
  'Gemma 4 with its end of turn': { said: `${TEXT}<turn|>\n<|turn>user`, reasoning: '', text: TEXT },
  MedGemma: between('<unused94>thought\n', '<unused95>'),
  'Command A': {
    said: `<|START_THINKING|>${THOUGHT}<|END_THINKING|><|START_RESPONSE|>${TEXT}<|END_RESPONSE|>`,
    reasoning: THOUGHT,
    text: TEXT,
  },
  'Command A without an end of thinking': between('<|START_THINKING|>', '<|START_RESPONSE|>'),
  'Command A, reply alone': { said: `<|START_RESPONSE|>${TEXT}<|END_RESPONSE|>`, reasoning: '', text: TEXT },
  Apertus: between('<|inner_prefix|>', '<|inner_suffix|>'),
  OpenThinker: {
    said: `<|begin_of_thought|>${THOUGHT}<|end_of_thought|>\n\n<|begin_of_solution|>\n${TEXT}<|end_of_solution|>`,
    reasoning: THOUGHT,
    text: TEXT,
  },
  'Granite 3.3': {
    said: `<think>${THOUGHT}</think><response>${TEXT}</response>`,
    reasoning: THOUGHT,
    text: TEXT,
  },
  Hunyuan: { said: `<think>\n${THOUGHT}</think>\n<answer>\n${TEXT}</answer>`, reasoning: `\n${THOUGHT}`, text: TEXT },
  'a tag of HTML': { said: '<response>x</response>', reasoning: '', text: '<response>x</response>' },
  Apriel: {
    said: `Here are my reasoning steps:\n${THOUGHT}\n[BEGIN FINAL RESPONSE]\n${TEXT}[END FINAL RESPONSE]`,
    reasoning: `\n${THOUGHT}\n`,
    text: TEXT,
  },
  'HyperCLOVA X': openedBefore('<|im_end|>\n<|im_start|>assistant/think\n', '<|im_end|>\n<|im_start|>assistant\n'),
  'HyperCLOVA X, not thinking': { said: TEXT, reasoning: '', text: TEXT, prompt: '<|im_start|>assistant\n' },
  'Kimi K3': {
    said: `${THOUGHT}<|close|>think<|sep|><|open|>response<|sep|>${TEXT}<|close|>response<|sep|><|close|>message<|sep|><|end_of_msg|>`,
    reasoning: THOUGHT,
    text: TEXT,
    prompt: '<|open|>message role="assistant"<|sep|><|open|>think<|sep|>',
  },
  Harmony: {
    said: `${harmony('analysis')}${THOUGHT}<|end|><|start|>assistant${harmony('final')}${TEXT}<|return|>`,
    reasoning: THOUGHT,
    text: TEXT,
    prompt: '<|end|><|start|>assistant',
  },
  'Harmony with a commentary': {
    said: `${harmony('analysis')}one<|end|><|start|>assistant${harmony('commentary')}two<|end|><|start|>assistant${harmony('final')}${TEXT}`,
    reasoning: 'onetwo',
    text: TEXT,
    prompt: '<|start|>assistant',
  },
  'Harmony with a tool call': {
    said: `${harmony('analysis')}one<|end|><|start|>assistant<|channel|>commentary to=functions.x <|constrain|>json<|message|>{}<|call|>more`,
    reasoning: 'one{}',
    text: '',
    prompt: '<|start|>assistant',
  },
  'Harmony, final alone': {
    said: `${harmony('final')}${TEXT}<|return|>`,
    reasoning: '',
    text: TEXT,
    prompt: '<|start|>assistant',
  },
  'Harmony, final opened by the prompt': {
    said: `${TEXT}<|return|>`,
    reasoning: '',
    text: TEXT,
    prompt: `<|start|>assistant${harmony('final')}`,
  },
  'Harmony, analysis opened by the prompt': {
    said: `${THOUGHT}<|end|><|start|>assistant${harmony('final')}${TEXT}`,
    reasoning: THOUGHT,
    text: TEXT,
    prompt: `<|start|>assistant${harmony('analysis')}`,
  },
  'Harmony without heads': {
    said: `${harmony('analysis')}${THOUGHT}<|end|>${harmony('final')}${TEXT}`,
    reasoning: THOUGHT,
    text: TEXT,
  },
  'Harmony without its first mark': { said: `assistant${harmony('final')}${TEXT}<|end|>`, reasoning: '', text: TEXT },
  'Harmony without marks': { said: TEXT, reasoning: '', text: TEXT, prompt: '<|start|>assistant' },
  'Harmony that speaks for the user': {
    said: `${harmony('final')}${TEXT}<|end|><|start|>user<|message|>And?<|end|>`,
    reasoning: '',
    text: TEXT,
    prompt: '<|start|>assistant',
  },
  'Harmony that goes on after its reply': {
    said: `${harmony('final')}${TEXT}<|end|>\n<|start|>assistant${harmony('final')}And more`,
    reasoning: '',
    text: TEXT,
    prompt: '<|start|>assistant',
  },
  'an end as Phi writes it': { said: `${TEXT}<|end|>\nAnd`, reasoning: '', text: TEXT },
  'Solar Open': {
    said: `<|think|>${THOUGHT}<|end|><|begin|>assistant<|content|>${TEXT}<|flush|>`,
    reasoning: THOUGHT,
    text: TEXT,
    prompt: '<|begin|>assistant',
  },
  Muse: {
    said: ` to=self<|message|>${THOUGHT}<|eom|><|start|>assistant to=user<|message|>${TEXT}<|eot|>`,
    reasoning: THOUGHT,
    text: TEXT,
    prompt: '<|eot|><|start|>assistant',
  },
  'thoughts in between': {
    said: 'One. <think>a</think>\n\nTwo.\n<think>b</think>\nThree.<think>c</think>Four.',
    reasoning: 'abc',
    text: 'One. Two.\nThree.Four.',
  },
  'thoughts one after the other': { said: `<think>one</think>\n<think>two</think>\n${TEXT}`, reasoning: 'onetwo', text: TEXT },
  'a second end of a thought': { said: `<think>a</think>One </think>Two`, reasoning: 'a', text: 'One Two' },
  'marks quoted in code': {
    said: '<think>a</think>The `</think>` tag, ``<think>`` too:\n```html\n<think>x</think>\n<|channel|>\n```\nSo.',
    reasoning: 'a',
    text: 'The `</think>` tag, ``<think>`` too:\n```html\n<think>x</think>\n<|channel|>\n```\nSo.',
  },
  'a backtick that quotes nothing': { said: "It's 5` long\n<think>a</think>yes", reasoning: 'a', text: "It's 5` long\nyes" },
  'a backtick that quotes nothing, on the same line': { said: '5` <think>a\nb</think>yes', reasoning: 'a\nb', text: '5` yes' },
  'an end of a thought quoted in the thought': {
    said: '<think>They ask about `</think>`, I see.</think>It ends.',
    reasoning: 'They ask about `</think>`, I see.',
    text: 'It ends.',
  },
  'a thought that never ends': { said: '<think>and so on </thin', reasoning: 'and so on </thin', text: '' },
  'nothing but half a mark': { said: 'a <thi', reasoning: '', text: 'a <thi' },
  'nothing but white space': { said: ' \n', reasoning: '', text: ' \n' },
};

export function promptOf({ prompt }: Reply): Piece[] {
  return prompt === undefined
    ? []
    : [
        { text: 'Hi', control: false },
        { text: prompt, control: true },
      ];
}
