import { describe } from 'vitest';
import { itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('phi', () => {
  itWrites('phi', {
    'a conversation': [
      '<|system|>\nBe kind.<|end|>\n',
      '<|user|>\nhi<|end|>\n',
      '<|assistant|>\nHm.<|end|>\n',
      '<|user|>\nMina: more?<|end|>\n',
      '<|assistant|>\n',
    ],
    'a conversation without a system message': [
      '<|user|>\nhi<|end|>\n',
      '<|assistant|>\nHm.<|end|>\n',
      '<|user|>\nmore?<|end|>\n',
      '<|assistant|>\n',
    ],
    'a system message in mid-history': [
      '<|system|>\nBe kind.<|end|>\n',
      '<|user|>\na<|end|>\n',
      '<|assistant|>\nb<|end|>\n',
      '<|system|>\nNight falls.<|end|>\n',
      '<|user|>\nc<|end|>\n',
      '<|assistant|>\n',
    ],
    'two users in a row': [
      '<|system|>\nBe kind.<|end|>\n',
      '<|user|>\nMina: a<|end|>\n',
      '<|user|>\nBora: b<|end|>\n',
      '<|assistant|>\n',
    ],
    'a greeting first': [
      '<|system|>\nBe kind.<|end|>\n',
      '<|assistant|>\nSit.<|end|>\n',
      '<|user|>\nhi<|end|>\n',
      '<|assistant|>\n',
    ],
    'white space around texts': [
      '<|system|>\n Be kind.\n<|end|>\n',
      '<|user|>\n hi <|end|>\n',
      '<|assistant|>\n\nHm. <|end|>\n',
      '<|user|>\n more?\n<|end|>\n',
      '<|assistant|>\n',
    ],
  });
  itNeverReasons('phi');
  itOpens('phi', '<|end|>\n<|assistant|>\nRook:');
  itStopsAt('phi', ['<|end|>', '<|user|>', '<|endoftext|>']);
});

describe('phi4', () => {
  itWrites('phi4', {
    'a conversation': [
      '<|im_start|>system<|im_sep|>Be kind.<|im_end|>',
      '<|im_start|>user<|im_sep|>hi<|im_end|>',
      '<|im_start|>assistant<|im_sep|>Hm.<|im_end|>',
      '<|im_start|>user<|im_sep|>Mina: more?<|im_end|>',
      '<|im_start|>assistant<|im_sep|>',
    ],
    'a conversation without a system message': [
      '<|im_start|>user<|im_sep|>hi<|im_end|>',
      '<|im_start|>assistant<|im_sep|>Hm.<|im_end|>',
      '<|im_start|>user<|im_sep|>more?<|im_end|>',
      '<|im_start|>assistant<|im_sep|>',
    ],
    'a system message in mid-history': [
      '<|im_start|>system<|im_sep|>Be kind.<|im_end|>',
      '<|im_start|>user<|im_sep|>a<|im_end|>',
      '<|im_start|>assistant<|im_sep|>b<|im_end|>',
      '<|im_start|>system<|im_sep|>Night falls.<|im_end|>',
      '<|im_start|>user<|im_sep|>c<|im_end|>',
      '<|im_start|>assistant<|im_sep|>',
    ],
    'two users in a row': [
      '<|im_start|>system<|im_sep|>Be kind.<|im_end|>',
      '<|im_start|>user<|im_sep|>Mina: a<|im_end|>',
      '<|im_start|>user<|im_sep|>Bora: b<|im_end|>',
      '<|im_start|>assistant<|im_sep|>',
    ],
    'a greeting first': [
      '<|im_start|>system<|im_sep|>Be kind.<|im_end|>',
      '<|im_start|>assistant<|im_sep|>Sit.<|im_end|>',
      '<|im_start|>user<|im_sep|>hi<|im_end|>',
      '<|im_start|>assistant<|im_sep|>',
    ],
    'white space around texts': [
      '<|im_start|>system<|im_sep|> Be kind.\n<|im_end|>',
      '<|im_start|>user<|im_sep|> hi <|im_end|>',
      '<|im_start|>assistant<|im_sep|>\nHm. <|im_end|>',
      '<|im_start|>user<|im_sep|> more?\n<|im_end|>',
      '<|im_start|>assistant<|im_sep|>',
    ],
  });
  itNeverReasons('phi4');
  itOpens('phi4', '<|im_end|><|im_start|>assistant<|im_sep|>Rook:');
  itStopsAt('phi4', ['<|im_end|>', '<|im_start|>', '<|endoftext|>']);
});

describe('phi4-mini', () => {
  itWrites('phi4-mini', {
    'a conversation': [
      '<|system|>Be kind.<|end|><|user|>hi<|end|><|assistant|>Hm.<|end|><|user|>Mina: more?<|end|><|assistant|>',
    ],
    'a conversation without a system message': ['<|user|>hi<|end|><|assistant|>Hm.<|end|><|user|>more?<|end|><|assistant|>'],
    'a system message in mid-history': [
      '<|system|>Be kind.<|end|><|user|>a<|end|><|assistant|>b<|end|><|system|>Night falls.<|end|><|user|>c<|end|><|assistant|>',
    ],
    'two users in a row': ['<|system|>Be kind.<|end|><|user|>Mina: a<|end|><|user|>Bora: b<|end|><|assistant|>'],
    'a greeting first': ['<|system|>Be kind.<|end|><|assistant|>Sit.<|end|><|user|>hi<|end|><|assistant|>'],
    'white space around texts': [
      '<|system|> Be kind.\n<|end|><|user|> hi <|end|><|assistant|>\nHm. <|end|><|user|> more?\n<|end|><|assistant|>',
    ],
  });
  itNeverReasons('phi4-mini');
  itOpens('phi4-mini', '<|end|><|assistant|>Rook:');
  itStopsAt('phi4-mini', ['<|end|>', '<|user|>', '<|endoftext|>']);
});
