import { describe } from 'vitest';
import { itAsks, itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('exaone', () => {
  itWrites('exaone', {
    'a conversation': [
      '[|system|]\nBe kind.[|endofturn|]\n',
      '[|user|]\nhi[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\nHm.[|endofturn|]\n',
      '[|user|]\nMina: more?[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\n',
    ],
    'a conversation without a system message': [
      '[|user|]\nhi[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\nHm.[|endofturn|]\n',
      '[|user|]\nmore?[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\n',
    ],
    'a system message in mid-history': [
      '[|system|]\nBe kind.[|endofturn|]\n',
      '[|user|]\na[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\nb[|endofturn|]\n',
      '[|system|]\nNight falls.[|endofturn|]\n',
      '[|user|]\nc[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\n',
    ],
    'two users in a row': [
      '[|system|]\nBe kind.[|endofturn|]\n',
      '[|user|]\nMina: a[|endofturn|]\n',
      '[|user|]\nBora: b[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\n',
    ],
    'a greeting first': [
      '[|system|]\nBe kind.[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\nSit.[|endofturn|]\n',
      '[|user|]\nhi[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\n',
    ],
    'white space around texts': [
      '[|system|]\n Be kind.\n[|endofturn|]\n',
      '[|user|]\n hi [|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\n\nHm. [|endofturn|]\n',
      '[|user|]\n more?\n[|endofturn|]\n',
      '[|assistant|]\n<think>\n\n</think>\n\n',
    ],
  });
  itAsks('exaone', {
    off: ['[|system|]\nBe kind.[|endofturn|]\n', '[|user|]\nhi[|endofturn|]\n', '[|assistant|]\n<think>\n\n</think>\n\n'],
    low: ['[|system|]\nBe kind.[|endofturn|]\n', '[|user|]\nhi[|endofturn|]\n', '[|assistant|]\n<think>\n'],
    full: ['[|system|]\nBe kind.[|endofturn|]\n', '[|user|]\nhi[|endofturn|]\n', '[|assistant|]\n<think>\n'],
  });
  itOpens('exaone', '[|endofturn|]\n[|assistant|]\n<think>\n\n</think>\n\nRook:');
  itStopsAt('exaone', ['[|endofturn|]', '[|user|]']);
});

describe('exaone3.5', () => {
  itWrites('exaone3.5', {
    'a conversation': [
      '[|system|]Be kind.[|endofturn|]\n',
      '[|user|]hi\n',
      '[|assistant|]Hm.[|endofturn|]\n',
      '[|user|]Mina: more?\n',
      '[|assistant|]',
    ],
    'a conversation without a system message': [
      '[|system|][|endofturn|]\n',
      '[|user|]hi\n',
      '[|assistant|]Hm.[|endofturn|]\n',
      '[|user|]more?\n',
      '[|assistant|]',
    ],
    'a system message in mid-history': [
      '[|system|]Be kind.[|endofturn|]\n',
      '[|user|]a\n',
      '[|assistant|]b[|endofturn|]\n',
      '[|system|]Night falls.[|endofturn|]\n',
      '[|user|]c\n',
      '[|assistant|]',
    ],
    'two users in a row': ['[|system|]Be kind.[|endofturn|]\n', '[|user|]Mina: a\n', '[|user|]Bora: b\n', '[|assistant|]'],
    'a greeting first': [
      '[|system|]Be kind.[|endofturn|]\n',
      '[|assistant|]Sit.[|endofturn|]\n',
      '[|user|]hi\n',
      '[|assistant|]',
    ],
    'white space around texts': [
      '[|system|] Be kind.\n[|endofturn|]\n',
      '[|user|] hi \n',
      '[|assistant|]\nHm. [|endofturn|]\n',
      '[|user|] more?\n\n',
      '[|assistant|]',
    ],
  });
  itNeverReasons('exaone3.5');
  itOpens('exaone3.5', '\n[|assistant|]Rook:');
  itStopsAt('exaone3.5', ['[|endofturn|]', '[|user|]']);
});
