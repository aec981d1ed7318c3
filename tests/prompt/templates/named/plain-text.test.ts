import { describe } from 'vitest';
import { itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('alpaca', () => {
  itWrites('alpaca', {
    'a conversation': [
      'Be kind.\n\n',
      '### Instruction:\nhi\n\n',
      '### Response:\nHm.\n\n',
      '### Instruction:\nMina: more?\n\n',
      '### Response:\n',
    ],
    'a conversation without a system message': [
      'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n',
      '### Instruction:\nhi\n\n',
      '### Response:\nHm.\n\n',
      '### Instruction:\nmore?\n\n',
      '### Response:\n',
    ],
    'a system message in mid-history': [
      'Be kind.\n\n',
      '### Instruction:\na\n\n',
      '### Response:\nb\n\n',
      '### Instruction:\nNight falls.\n\n',
      '### Instruction:\nc\n\n',
      '### Response:\n',
    ],
    'two users in a row': ['Be kind.\n\n', '### Instruction:\nMina: a\n\n', '### Instruction:\nBora: b\n\n', '### Response:\n'],
    'a greeting first': ['Be kind.\n\n', '### Response:\nSit.\n\n', '### Instruction:\nhi\n\n', '### Response:\n'],
    'white space around texts': [
      ' Be kind.\n\n\n',
      '### Instruction:\n hi \n\n',
      '### Response:\n\nHm. \n\n',
      '### Instruction:\n more?\n\n\n',
      '### Response:\n',
    ],
  });
  itNeverReasons('alpaca');
  itOpens('alpaca', '\n\n### Response:\nRook:');
  itStopsAt('alpaca', ['\n### Instruction:', '\n### Input:', '\n### Response:', '</s>']);
});

describe('vicuna', () => {
  itWrites('vicuna', {
    'a conversation': ['Be kind.\n\n', 'USER: hi\n', 'ASSISTANT: Hm.</s>\n', 'USER: Mina: more?\n', 'ASSISTANT:'],
    'a conversation without a system message': ['USER: hi\n', 'ASSISTANT: Hm.</s>\n', 'USER: more?\n', 'ASSISTANT:'],
    'a system message in mid-history': [
      'Be kind.\n\n',
      'USER: a\n',
      'ASSISTANT: b</s>\nNight falls.\n\n',
      'USER: c\n',
      'ASSISTANT:',
    ],
    'two users in a row': ['Be kind.\n\n', 'USER: Mina: a\n', 'USER: Bora: b\n', 'ASSISTANT:'],
    'a greeting first': ['Be kind.\n\n', 'ASSISTANT: Sit.</s>\n', 'USER: hi\n', 'ASSISTANT:'],
    'white space around texts': [
      ' Be kind.\n\n\n',
      'USER:  hi \n',
      'ASSISTANT: \nHm. </s>\n',
      'USER:  more?\n\n',
      'ASSISTANT:',
    ],
  });
  itNeverReasons('vicuna');
  itOpens('vicuna', '\nASSISTANT: Rook:');
  itStopsAt('vicuna', ['</s>', '\nUSER:', '\nASSISTANT:']);
});
