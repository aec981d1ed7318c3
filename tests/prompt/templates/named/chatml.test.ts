import { describe } from 'vitest';
import { itAsks, itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('chatml', () => {
  itWrites('chatml', {
    'a conversation': [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>user\nhi<|im_end|>\n',
      '<|im_start|>assistant\nHm.<|im_end|>\n',
      '<|im_start|>user\nMina: more?<|im_end|>\n',
      '<|im_start|>assistant\n',
    ],
    'a conversation without a system message': [
      '<|im_start|>user\nhi<|im_end|>\n',
      '<|im_start|>assistant\nHm.<|im_end|>\n',
      '<|im_start|>user\nmore?<|im_end|>\n',
      '<|im_start|>assistant\n',
    ],
    'a system message in mid-history': [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>user\na<|im_end|>\n',
      '<|im_start|>assistant\nb<|im_end|>\n',
      '<|im_start|>system\nNight falls.<|im_end|>\n',
      '<|im_start|>user\nc<|im_end|>\n',
      '<|im_start|>assistant\n',
    ],
    'two users in a row': [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>user\nMina: a<|im_end|>\n',
      '<|im_start|>user\nBora: b<|im_end|>\n',
      '<|im_start|>assistant\n',
    ],
    'a greeting first': [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>assistant\nSit.<|im_end|>\n',
      '<|im_start|>user\nhi<|im_end|>\n',
      '<|im_start|>assistant\n',
    ],
    'white space around texts': [
      '<|im_start|>system\n Be kind.\n<|im_end|>\n',
      '<|im_start|>user\n hi <|im_end|>\n',
      '<|im_start|>assistant\n\nHm. <|im_end|>\n',
      '<|im_start|>user\n more?\n<|im_end|>\n',
      '<|im_start|>assistant\n',
    ],
  });
  itNeverReasons('chatml');
  itOpens('chatml', '<|im_end|>\n<|im_start|>assistant\nRook:');
  itStopsAt('chatml', ['<|im_end|>', '<|im_start|>']);
});

describe('qwen3', () => {
  itWrites('qwen3', {
    'a conversation': [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>user\nhi<|im_end|>\n',
      '<|im_start|>assistant\nHm.<|im_end|>\n',
      '<|im_start|>user\nMina: more?<|im_end|>\n',
      '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    ],
    'a conversation without a system message': [
      '<|im_start|>user\nhi<|im_end|>\n',
      '<|im_start|>assistant\nHm.<|im_end|>\n',
      '<|im_start|>user\nmore?<|im_end|>\n',
      '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    ],
    'a system message in mid-history': [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>user\na<|im_end|>\n',
      '<|im_start|>assistant\nb<|im_end|>\n',
      '<|im_start|>system\nNight falls.<|im_end|>\n',
      '<|im_start|>user\nc<|im_end|>\n',
      '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    ],
    'two users in a row': [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>user\nMina: a<|im_end|>\n',
      '<|im_start|>user\nBora: b<|im_end|>\n',
      '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    ],
    'a greeting first': [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>assistant\nSit.<|im_end|>\n',
      '<|im_start|>user\nhi<|im_end|>\n',
      '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    ],
    'white space around texts': [
      '<|im_start|>system\n Be kind.\n<|im_end|>\n',
      '<|im_start|>user\n hi <|im_end|>\n',
      '<|im_start|>assistant\n\nHm. <|im_end|>\n',
      '<|im_start|>user\n more?\n<|im_end|>\n',
      '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    ],
  });
  itAsks('qwen3', {
    off: [
      '<|im_start|>system\nBe kind.<|im_end|>\n',
      '<|im_start|>user\nhi<|im_end|>\n',
      '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    ],
    low: ['<|im_start|>system\nBe kind.<|im_end|>\n', '<|im_start|>user\nhi<|im_end|>\n', '<|im_start|>assistant\n'],
    full: ['<|im_start|>system\nBe kind.<|im_end|>\n', '<|im_start|>user\nhi<|im_end|>\n', '<|im_start|>assistant\n'],
  });
  itOpens('qwen3', '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nRook:');
  itStopsAt('qwen3', ['<|im_end|>', '<|im_start|>', '<|endoftext|>']);
});
