import { describe } from 'vitest';
import { itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('mistral-v1', () => {
  itWrites('mistral-v1', {
    'a conversation': [' [INST] Be kind.\n\nhi [/INST] Hm.</s>', ' [INST] Mina: more? [/INST]'],
    'a conversation without a system message': [' [INST] hi [/INST] Hm.</s>', ' [INST] more? [/INST]'],
    'a system message in mid-history': [' [INST] Be kind.\n\na [/INST] b</s>', ' [INST] Night falls.\n\nc [/INST]'],
    'two users in a row': [' [INST] Be kind.\n\nMina: a\n\nBora: b [/INST]'],
    'a greeting first': [' [INST] Be kind.\n\n[The conversation begins.] [/INST] Sit.</s>', ' [INST] hi [/INST]'],
    'white space around texts': [' [INST]  Be kind.\n\n\n hi  [/INST] \nHm. </s>', ' [INST]  more?\n [/INST]'],
  });
  itNeverReasons('mistral-v1');
  itOpens('mistral-v1', ' [/INST] Rook:');
  itStopsAt('mistral-v1', ['</s>', '[INST]']);
});

describe('mistral-v3', () => {
  itWrites('mistral-v3', {
    'a conversation': ['[INST] Be kind.\n\nhi[/INST] Hm.</s>', '[INST] Mina: more?[/INST]'],
    'a conversation without a system message': ['[INST] hi[/INST] Hm.</s>', '[INST] more?[/INST]'],
    'a system message in mid-history': ['[INST] Be kind.\n\na[/INST] b</s>', '[INST] Night falls.\n\nc[/INST]'],
    'two users in a row': ['[INST] Be kind.\n\nMina: a\n\nBora: b[/INST]'],
    'a greeting first': ['[INST] Be kind.\n\n[The conversation begins.][/INST] Sit.</s>', '[INST] hi[/INST]'],
    'white space around texts': ['[INST]  Be kind.\n\n\n hi [/INST] Hm.</s>', '[INST]  more?\n[/INST]'],
  });
  itNeverReasons('mistral-v3');
  itOpens('mistral-v3', '[/INST] Rook:');
  itStopsAt('mistral-v3', ['</s>', '[INST]']);
});

describe('mistral-v3-tekken', () => {
  itWrites('mistral-v3-tekken', {
    'a conversation': ['[INST]Be kind.\n\nhi[/INST]Hm.</s>', '[INST]Mina: more?[/INST]'],
    'a conversation without a system message': ['[INST]hi[/INST]Hm.</s>', '[INST]more?[/INST]'],
    'a system message in mid-history': ['[INST]Be kind.\n\na[/INST]b</s>', '[INST]Night falls.\n\nc[/INST]'],
    'two users in a row': ['[INST]Be kind.\n\nMina: a\n\nBora: b[/INST]'],
    'a greeting first': ['[INST]Be kind.\n\n[The conversation begins.][/INST]Sit.</s>', '[INST]hi[/INST]'],
    'white space around texts': ['[INST] Be kind.\n\n\n hi [/INST]\nHm. </s>', '[INST] more?\n[/INST]'],
  });
  itNeverReasons('mistral-v3-tekken');
  itOpens('mistral-v3-tekken', '[/INST]Rook:');
  itStopsAt('mistral-v3-tekken', ['</s>', '[INST]']);
});

describe('mistral-v7', () => {
  itWrites('mistral-v7', {
    'a conversation': ['[SYSTEM_PROMPT] Be kind.[/SYSTEM_PROMPT]', '[INST] hi[/INST] Hm.</s>', '[INST] Mina: more?[/INST]'],
    'a conversation without a system message': ['[INST] hi[/INST] Hm.</s>', '[INST] more?[/INST]'],
    'a system message in mid-history': [
      '[SYSTEM_PROMPT] Be kind.[/SYSTEM_PROMPT]',
      '[INST] a[/INST] b</s>',
      '[SYSTEM_PROMPT] Night falls.[/SYSTEM_PROMPT]',
      '[INST] c[/INST]',
    ],
    'two users in a row': ['[SYSTEM_PROMPT] Be kind.[/SYSTEM_PROMPT]', '[INST] Mina: a[/INST]', '[INST] Bora: b[/INST]'],
    'a greeting first': ['[SYSTEM_PROMPT] Be kind.[/SYSTEM_PROMPT]', ' Sit.</s>', '[INST] hi[/INST]'],
    'white space around texts': [
      '[SYSTEM_PROMPT]  Be kind.\n[/SYSTEM_PROMPT]',
      '[INST]  hi [/INST] \nHm. </s>',
      '[INST]  more?\n[/INST]',
    ],
  });
  itNeverReasons('mistral-v7');
  itOpens('mistral-v7', '[/INST] Rook:');
  itStopsAt('mistral-v7', ['</s>', '[INST]', '[SYSTEM_PROMPT]']);
});

describe('mistral-v7-tekken', () => {
  itWrites('mistral-v7-tekken', {
    'a conversation': ['[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT]', '[INST]hi[/INST]Hm.</s>', '[INST]Mina: more?[/INST]'],
    'a conversation without a system message': ['[INST]hi[/INST]Hm.</s>', '[INST]more?[/INST]'],
    'a system message in mid-history': [
      '[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT]',
      '[INST]a[/INST]b</s>',
      '[INST]Night falls.\n\nc[/INST]',
    ],
    'two users in a row': ['[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT]', '[INST]Mina: a\n\nBora: b[/INST]'],
    'a greeting first': [
      '[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT]',
      '[INST][The conversation begins.][/INST]Sit.</s>',
      '[INST]hi[/INST]',
    ],
    'white space around texts': [
      '[SYSTEM_PROMPT] Be kind.\n[/SYSTEM_PROMPT]',
      '[INST] hi [/INST]\nHm. </s>',
      '[INST] more?\n[/INST]',
    ],
  });
  itNeverReasons('mistral-v7-tekken');
  itOpens('mistral-v7-tekken', '[/INST]Rook:');
  itStopsAt('mistral-v7-tekken', ['</s>', '[INST]', '[SYSTEM_PROMPT]']);
});
