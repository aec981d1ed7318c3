import { describe } from 'vitest';
import { itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('llama2', () => {
  itWrites('llama2', {
    'a conversation': ['[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\n', 'hi [/INST] Hm. </s><s>', '[INST] Mina: more? [/INST]'],
    'a conversation without a system message': ['[INST] hi [/INST] Hm. </s><s>', '[INST] more? [/INST]'],
    'a system message in mid-history': [
      '[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\n',
      'a [/INST] b </s><s>',
      '[INST] Night falls.\n\nc [/INST]',
    ],
    'two users in a row': ['[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\n', 'Mina: a\n\nBora: b [/INST]'],
    'a greeting first': [
      '[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\n',
      '[The conversation begins.] [/INST] Sit. </s><s>',
      '[INST] hi [/INST]',
    ],
    'white space around texts': ['[INST] <<SYS>>\n Be kind.\n\n<</SYS>>\n\n', 'hi [/INST] Hm. </s><s>', '[INST] more? [/INST]'],
  });
  itNeverReasons('llama2');
  itOpens('llama2', ' [/INST] Rook:');
  itStopsAt('llama2', ['</s>', '[INST]']);
});

describe('llama3', () => {
  itWrites('llama3', {
    'a conversation': [
      '<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\nHm.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nMina: more?<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    ],
    'a conversation without a system message': [
      '<|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\nHm.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nmore?<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    ],
    'a system message in mid-history': [
      '<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\na<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\nb<|eot_id|>',
      '<|start_header_id|>system<|end_header_id|>\n\nNight falls.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nc<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    ],
    'two users in a row': [
      '<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nMina: a<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nBora: b<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    ],
    'a greeting first': [
      '<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\nSit.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    ],
    'white space around texts': [
      '<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\nHm.<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\nmore?<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    ],
  });
  itNeverReasons('llama3');
  itOpens('llama3', '<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nRook:');
  itStopsAt('llama3', ['<|eot_id|>', '<|start_header_id|>', '<|end_of_text|>']);
});
