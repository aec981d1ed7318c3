import { describe } from 'vitest';
import { itAsks, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('deepseek', () => {
  itWrites('deepseek', {
    'a conversation': [
      'Be kind.',
      '<｜User｜>hi',
      '<｜Assistant｜></think>Hm.<｜end▁of▁sentence｜>',
      '<｜User｜>Mina: more?',
      '<｜Assistant｜></think>',
    ],
    'a conversation without a system message': [
      '<｜User｜>hi',
      '<｜Assistant｜></think>Hm.<｜end▁of▁sentence｜>',
      '<｜User｜>more?',
      '<｜Assistant｜></think>',
    ],
    'a system message in mid-history': [
      'Be kind.',
      '<｜User｜>a',
      '<｜Assistant｜></think>b<｜end▁of▁sentence｜>',
      '<｜User｜>Night falls.',
      '<｜User｜>c',
      '<｜Assistant｜></think>',
    ],
    'two users in a row': ['Be kind.', '<｜User｜>Mina: a', '<｜User｜>Bora: b', '<｜Assistant｜></think>'],
    'a greeting first': [
      'Be kind.',
      '<｜Assistant｜></think>Sit.<｜end▁of▁sentence｜>',
      '<｜User｜>hi',
      '<｜Assistant｜></think>',
    ],
    'white space around texts': [
      ' Be kind.\n',
      '<｜User｜> hi ',
      '<｜Assistant｜></think>\nHm. <｜end▁of▁sentence｜>',
      '<｜User｜> more?\n',
      '<｜Assistant｜></think>',
    ],
  });
  itAsks('deepseek', {
    off: ['Be kind.', '<｜User｜>hi', '<｜Assistant｜></think>'],
    low: ['Be kind.', '<｜User｜>hi', '<｜Assistant｜><think>'],
    full: ['Be kind.', '<｜User｜>hi', '<｜Assistant｜><think>'],
  });
  itOpens('deepseek', '<｜Assistant｜></think>Rook:');
  itStopsAt('deepseek', ['<｜end▁of▁sentence｜>', '<｜User｜>']);
});

describe('deepseek-r1', () => {
  itWrites('deepseek-r1', {
    'a conversation': [
      'Be kind.',
      '<｜User｜>hi',
      '<｜Assistant｜>Hm.<｜end▁of▁sentence｜>',
      '<｜User｜>Mina: more?',
      '<｜Assistant｜><think>\n\n</think>\n\n',
    ],
    'a conversation without a system message': [
      '<｜User｜>hi',
      '<｜Assistant｜>Hm.<｜end▁of▁sentence｜>',
      '<｜User｜>more?',
      '<｜Assistant｜><think>\n\n</think>\n\n',
    ],
    'a system message in mid-history': [
      'Be kind.',
      '<｜User｜>a',
      '<｜Assistant｜>b<｜end▁of▁sentence｜>',
      '<｜User｜>Night falls.',
      '<｜User｜>c',
      '<｜Assistant｜><think>\n\n</think>\n\n',
    ],
    'two users in a row': ['Be kind.', '<｜User｜>Mina: a', '<｜User｜>Bora: b', '<｜Assistant｜><think>\n\n</think>\n\n'],
    'a greeting first': [
      'Be kind.',
      '<｜Assistant｜>Sit.<｜end▁of▁sentence｜>',
      '<｜User｜>hi',
      '<｜Assistant｜><think>\n\n</think>\n\n',
    ],
    'white space around texts': [
      ' Be kind.\n',
      '<｜User｜> hi ',
      '<｜Assistant｜>\nHm. <｜end▁of▁sentence｜>',
      '<｜User｜> more?\n',
      '<｜Assistant｜><think>\n\n</think>\n\n',
    ],
  });
  itAsks('deepseek-r1', {
    off: ['Be kind.', '<｜User｜>hi', '<｜Assistant｜><think>\n\n</think>\n\n'],
    low: ['Be kind.', '<｜User｜>hi', '<｜Assistant｜><think>\n'],
    full: ['Be kind.', '<｜User｜>hi', '<｜Assistant｜><think>\n'],
  });
  itOpens('deepseek-r1', '<｜Assistant｜><think>\n\n</think>\n\nRook:');
  itStopsAt('deepseek-r1', ['<｜end▁of▁sentence｜>', '<｜User｜>']);
});
