// Families of models that think, as scripts: the same thought and reply in the tokens and marks of each. A prompt that holds the
// word "forever" has a thought without end, one that holds "leave" a turn that ends inside of its thought.
import type { Piece } from '../../../src/chat.ts';
import type { Rule, Script } from '../../made-model/scripted-model.ts';

export type Family = {
  script: Script;
  /** how its prompts end */
  opening: string;
};

export const REPLY = ['Hello', ' there', '.'];
export const THOUGHT = [' hm', ' well', ' so'];
export const AGAIN = ' and';
const REPLIES_AND_ENDS = ['Hello', ' there', '.'];

/** Rules for tokens that follow one another. */
export function chain(...tokens: string[]): Rule[] {
  return tokens.slice(1).map((comes, index) => ({ after: tokens[index] ?? '', comes }));
}

/** What may come of the last word of a thought. */
function turns(leaves: string): Rule[] {
  return [
    { after: ' so', seen: 'forever', comes: AGAIN },
    { after: AGAIN, comes: ' hm' },
    { after: ' so', seen: 'leave', comes: leaves },
  ];
}

type Tokens = Omit<Script, 'rules'> & { between?: readonly string[]; more?: readonly Rule[] };

/** A family whose thought stands between two marks. */
function paired(open: string, close: string, { between = [], more = [], ...tokens }: Tokens): Family {
  const rules = [
    { after: '\n', comes: open },
    { after: '\n', seen: close, comes: 'Hello' },
    ...chain(open, ...THOUGHT, close, ...between, 'Hello'),
    ...chain(...REPLIES_AND_ENDS, tokens.end),
    ...turns(tokens.end),
    ...more,
  ];
  return { script: { ...tokens, rules }, opening: 'assistant\n' };
}

const CHATML: Omit<Script, 'rules'> = {
  control: ['<|im_start|>', '<|im_end|>'],
  userDefined: ['<think>', '</think>'],
  end: '<|im_end|>',
};

export const QWEN = paired('<think>', '</think>', CHATML);

/** Thinks again after each end of a thought. */
export const STUBBORN: Family = {
  script: { ...CHATML, rules: chain('\n', '<think>', ...THOUGHT, ' hm') },
  opening: 'assistant\n',
};

/** Ends its turn after its thought. */
export const SILENT: Family = {
  script: { ...CHATML, rules: chain('\n', '<think>', ...THOUGHT, '</think>', '<|im_end|>') },
  opening: 'assistant\n',
};

export const GPT_OSS: Family = {
  script: {
    control: ['<|start|>', '<|channel|>', '<|message|>', '<|end|>', '<|return|>', '<|call|>', '<|constrain|>'],
    end: '<|return|>',
    rules: [
      ...chain('assistant', '<|channel|>', 'analysis', '<|message|>', ...THOUGHT, '<|end|>', '<|start|>', 'assistant'),
      { after: '<|channel|>', seen: 'analysis', comes: 'final' },
      { after: 'final', comes: '<|message|>' },
      { after: '<|message|>', seen: 'final', comes: 'Hello' },
      ...chain(...REPLIES_AND_ENDS, '<|return|>'),
      ...turns('<|call|>'),
    ],
  },
  opening: '<|start|>assistant',
};

const SOLAR: Family = {
  script: {
    control: ['<|flush|>', '<|calls|>'],
    userDefined: ['<|begin|>', '<|think|>', '<|content|>', '<|end|>'],
    end: '<|flush|>',
    rules: [
      ...chain('assistant', '<|think|>', ...THOUGHT, '<|end|>', '<|begin|>', 'assistant'),
      { after: 'assistant', seen: '<|think|>', comes: '<|content|>' },
      ...chain('<|content|>', ...REPLIES_AND_ENDS, '<|flush|>'),
      ...turns('<|calls|>'),
    ],
  },
  opening: '<|begin|>assistant',
};

/** Thought and reply are two turns, and the end of both is the same. */
const HYPERCLOVA: Family = {
  script: {
    control: ['<|im_start|>', '<|im_end|>', '<|endofturn|>', '<|stop|>'],
    end: '<|im_end|>',
    rules: [
      { after: '\n', comes: ' hm' },
      { after: '\n', seen: '<|im_end|>', comes: 'Hello' },
      ...chain(...THOUGHT, '<|im_end|>'),
      ...chain(...REPLIES_AND_ENDS, '<|endofturn|>'),
      ...turns('<|stop|>'),
    ],
  },
  opening: 'assistant/think\n',
};

export const FAMILIES: Readonly<Record<string, Family>> = {
  Qwen3: QWEN,
  'gpt-oss': GPT_OSS,
  'Gemma 4': paired('<|channel>', '<channel|>', {
    control: ['<|turn>', '<turn|>', '<|channel>', '<channel|>'],
    end: '<turn|>',
  }),
  Magistral: paired('[THINK]', '[/THINK]', { control: ['[INST]', '[/INST]', '[THINK]', '[/THINK]', '</s>'], end: '</s>' }),
  'Command A': paired('<|START_THINKING|>', '<|END_THINKING|>', {
    control: ['<|START_THINKING|>', '<|END_THINKING|>', '<|START_RESPONSE|>', '<|END_RESPONSE|>', '<|END_OF_TURN_TOKEN|>'],
    end: '<|END_OF_TURN_TOKEN|>',
    between: ['<|START_RESPONSE|>'],
    more: [{ after: '<|START_RESPONSE|>', comes: 'Hello' }],
  }),
  'Seed-OSS': paired('<seed:think>', '</seed:think>', {
    control: ['<seed:bos>', '<seed:eos>', '<seed:think>', '</seed:think>'],
    end: '<seed:eos>',
  }),
  'Solar Open': SOLAR,
  'HyperCLOVA X': HYPERCLOVA,
};

export function promptOf({ opening }: Family, word = ''): Piece[] {
  return [
    { text: `Hi there, how are you doing? ${word}`, control: false },
    { text: opening, control: true },
  ];
}
