import { describe } from 'vitest';
import { itAsks, itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('gemma', () => {
  itWrites('gemma', {
    'a conversation': [
      '<start_of_turn>user\nBe kind.\n\nhi<end_of_turn>\n',
      '<start_of_turn>model\nHm.<end_of_turn>\n',
      '<start_of_turn>user\nMina: more?<end_of_turn>\n',
      '<start_of_turn>model\n',
    ],
    'a conversation without a system message': [
      '<start_of_turn>user\nhi<end_of_turn>\n',
      '<start_of_turn>model\nHm.<end_of_turn>\n',
      '<start_of_turn>user\nmore?<end_of_turn>\n',
      '<start_of_turn>model\n',
    ],
    'a system message in mid-history': [
      '<start_of_turn>user\nBe kind.\n\na<end_of_turn>\n',
      '<start_of_turn>model\nb<end_of_turn>\n',
      '<start_of_turn>user\nNight falls.\n\nc<end_of_turn>\n',
      '<start_of_turn>model\n',
    ],
    'two users in a row': ['<start_of_turn>user\nBe kind.\n\nMina: a\n\nBora: b<end_of_turn>\n', '<start_of_turn>model\n'],
    'a greeting first': [
      '<start_of_turn>user\nBe kind.\n\n[The conversation begins.]<end_of_turn>\n',
      '<start_of_turn>model\nSit.<end_of_turn>\n',
      '<start_of_turn>user\nhi<end_of_turn>\n',
      '<start_of_turn>model\n',
    ],
    'white space around texts': [
      '<start_of_turn>user\n Be kind.\n\n\nhi<end_of_turn>\n',
      '<start_of_turn>model\nHm.<end_of_turn>\n',
      '<start_of_turn>user\nmore?<end_of_turn>\n',
      '<start_of_turn>model\n',
    ],
  });
  itNeverReasons('gemma');
  itOpens('gemma', '<end_of_turn>\n<start_of_turn>model\nRook:');
  itStopsAt('gemma', ['<end_of_turn>', '<start_of_turn>']);
});

describe('gemma4', () => {
  itWrites('gemma4', {
    'a conversation': [
      '<|turn>system\nBe kind.<turn|>\n',
      '<|turn>user\nhi<turn|>\n',
      '<|turn>model\nHm.<turn|>\n',
      '<|turn>user\nMina: more?<turn|>\n',
      '<|turn>model\n<|channel>thought\n<channel|>',
    ],
    'a conversation without a system message': [
      '<|turn>user\nhi<turn|>\n',
      '<|turn>model\nHm.<turn|>\n',
      '<|turn>user\nmore?<turn|>\n',
      '<|turn>model\n<|channel>thought\n<channel|>',
    ],
    'a system message in mid-history': [
      '<|turn>system\nBe kind.<turn|>\n',
      '<|turn>user\na<turn|>\n',
      '<|turn>model\nb<turn|>\n',
      '<|turn>system\nNight falls.<turn|>\n',
      '<|turn>user\nc<turn|>\n',
      '<|turn>model\n<|channel>thought\n<channel|>',
    ],
    'two users in a row': [
      '<|turn>system\nBe kind.<turn|>\n',
      '<|turn>user\nMina: a<turn|>\n',
      '<|turn>user\nBora: b<turn|>\n',
      '<|turn>model\n<|channel>thought\n<channel|>',
    ],
    'a greeting first': [
      '<|turn>system\nBe kind.<turn|>\n',
      '<|turn>model\nSit.<turn|>\n',
      '<|turn>user\nhi<turn|>\n',
      '<|turn>model\n<|channel>thought\n<channel|>',
    ],
    'white space around texts': [
      '<|turn>system\nBe kind.<turn|>\n',
      '<|turn>user\nhi<turn|>\n',
      '<|turn>model\nHm.<turn|>\n',
      '<|turn>user\nmore?<turn|>\n',
      '<|turn>model\n<|channel>thought\n<channel|>',
    ],
  });
  itAsks('gemma4', {
    off: ['<|turn>system\nBe kind.<turn|>\n', '<|turn>user\nhi<turn|>\n', '<|turn>model\n<|channel>thought\n<channel|>'],
    low: ['<|turn>system\n<|think|>\nBe kind.<turn|>\n', '<|turn>user\nhi<turn|>\n', '<|turn>model\n'],
    full: ['<|turn>system\n<|think|>\nBe kind.<turn|>\n', '<|turn>user\nhi<turn|>\n', '<|turn>model\n'],
  });
  itOpens('gemma4', '<turn|>\n<|turn>model\n<|channel>thought\n<channel|>Rook:');
  itStopsAt('gemma4', ['<turn|>', '<|turn>']);
});
