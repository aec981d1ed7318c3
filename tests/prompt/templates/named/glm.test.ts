import { describe } from 'vitest';
import { itAsks, itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('glm4', () => {
  itWrites('glm4', {
    'a conversation': [
      '[gMASK]<sop>',
      '<|system|>\nBe kind.',
      '<|user|>\nhi',
      '<|assistant|>\nHm.',
      '<|user|>\nMina: more?',
      '<|assistant|>\n',
    ],
    'a conversation without a system message': [
      '[gMASK]<sop>',
      '<|user|>\nhi',
      '<|assistant|>\nHm.',
      '<|user|>\nmore?',
      '<|assistant|>\n',
    ],
    'a system message in mid-history': [
      '[gMASK]<sop>',
      '<|system|>\nBe kind.',
      '<|user|>\na',
      '<|assistant|>\nb',
      '<|system|>\nNight falls.',
      '<|user|>\nc',
      '<|assistant|>\n',
    ],
    'two users in a row': ['[gMASK]<sop>', '<|system|>\nBe kind.', '<|user|>\nMina: a', '<|user|>\nBora: b', '<|assistant|>\n'],
    'a greeting first': ['[gMASK]<sop>', '<|system|>\nBe kind.', '<|assistant|>\nSit.', '<|user|>\nhi', '<|assistant|>\n'],
    'white space around texts': [
      '[gMASK]<sop>',
      '<|system|>\n Be kind.\n',
      '<|user|>\n hi ',
      '<|assistant|>\n\nHm. ',
      '<|user|>\n more?\n',
      '<|assistant|>\n',
    ],
  });
  itNeverReasons('glm4');
  itOpens('glm4', '<|assistant|>\nRook:');
  itStopsAt('glm4', ['<|user|>', '<|observation|>', '<|endoftext|>']);
});

describe('glm4.5', () => {
  itWrites('glm4.5', {
    'a conversation': [
      '[gMASK]<sop>',
      '<|system|>\nBe kind.',
      '<|user|>\nhi/nothink',
      '<|assistant|>\n<think></think>\nHm.',
      '<|user|>\nMina: more?/nothink',
      '<|assistant|>\n<think></think>',
    ],
    'a conversation without a system message': [
      '[gMASK]<sop>',
      '<|user|>\nhi/nothink',
      '<|assistant|>\n<think></think>\nHm.',
      '<|user|>\nmore?/nothink',
      '<|assistant|>\n<think></think>',
    ],
    'a system message in mid-history': [
      '[gMASK]<sop>',
      '<|system|>\nBe kind.',
      '<|user|>\na/nothink',
      '<|assistant|>\n<think></think>\nb',
      '<|system|>\nNight falls.',
      '<|user|>\nc/nothink',
      '<|assistant|>\n<think></think>',
    ],
    'two users in a row': [
      '[gMASK]<sop>',
      '<|system|>\nBe kind.',
      '<|user|>\nMina: a/nothink',
      '<|user|>\nBora: b/nothink',
      '<|assistant|>\n<think></think>',
    ],
    'a greeting first': [
      '[gMASK]<sop>',
      '<|system|>\nBe kind.',
      '<|assistant|>\n<think></think>\nSit.',
      '<|user|>\nhi/nothink',
      '<|assistant|>\n<think></think>',
    ],
    'white space around texts': [
      '[gMASK]<sop>',
      '<|system|>\n Be kind.\n',
      '<|user|>\n hi /nothink',
      '<|assistant|>\n<think></think>\nHm.',
      '<|user|>\n more?\n/nothink',
      '<|assistant|>\n<think></think>',
    ],
  });
  itAsks('glm4.5', {
    off: ['[gMASK]<sop>', '<|system|>\nBe kind.', '<|user|>\nhi/nothink', '<|assistant|>\n<think></think>'],
    low: ['[gMASK]<sop>', '<|system|>\nBe kind.', '<|user|>\nhi', '<|assistant|>'],
    full: ['[gMASK]<sop>', '<|system|>\nBe kind.', '<|user|>\nhi', '<|assistant|>'],
  });
  itOpens('glm4.5', '/nothink<|assistant|>\n<think></think>\nRook:');
  itStopsAt('glm4.5', ['<|user|>', '<|observation|>', '<|endoftext|>']);
});
