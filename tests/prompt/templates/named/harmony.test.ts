import { describe } from 'vitest';
import { itAsks, itOpens, itStopsAt, itWrites } from './made-cases.ts';

const LOW =
  '<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n' +
  'Current date: 2026-11-20\n\nReasoning: low\n\n# Valid channels: analysis, commentary, final. ' +
  'Channel must be included for every message.<|end|>';
const HIGH =
  '<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n' +
  'Current date: 2026-11-20\n\nReasoning: high\n\n# Valid channels: analysis, commentary, final. ' +
  'Channel must be included for every message.<|end|>';

describe('harmony', () => {
  itWrites('harmony', {
    'a conversation': [
      LOW,
      '<|start|>developer<|message|># Instructions\n\nBe kind.\n\n<|end|>',
      '<|start|>user<|message|>hi<|end|>',
      '<|start|>assistant<|channel|>final<|message|>Hm.<|end|>',
      '<|start|>user<|message|>Mina: more?<|end|>',
      '<|start|>assistant<|channel|>final<|message|>',
    ],
    'a conversation without a system message': [
      LOW,
      '<|start|>user<|message|>hi<|end|>',
      '<|start|>assistant<|channel|>final<|message|>Hm.<|end|>',
      '<|start|>user<|message|>more?<|end|>',
      '<|start|>assistant<|channel|>final<|message|>',
    ],
    'a system message in mid-history': [
      LOW,
      '<|start|>developer<|message|># Instructions\n\nBe kind.\n\n<|end|>',
      '<|start|>user<|message|>a<|end|>',
      '<|start|>assistant<|channel|>final<|message|>b<|end|>',
      '<|start|>developer<|message|># Instructions\n\nNight falls.\n\n<|end|>',
      '<|start|>user<|message|>c<|end|>',
      '<|start|>assistant<|channel|>final<|message|>',
    ],
    'two users in a row': [
      LOW,
      '<|start|>developer<|message|># Instructions\n\nBe kind.\n\n<|end|>',
      '<|start|>user<|message|>Mina: a<|end|>',
      '<|start|>user<|message|>Bora: b<|end|>',
      '<|start|>assistant<|channel|>final<|message|>',
    ],
    'a greeting first': [
      LOW,
      '<|start|>developer<|message|># Instructions\n\nBe kind.\n\n<|end|>',
      '<|start|>assistant<|channel|>final<|message|>Sit.<|end|>',
      '<|start|>user<|message|>hi<|end|>',
      '<|start|>assistant<|channel|>final<|message|>',
    ],
    'white space around texts': [
      LOW,
      '<|start|>developer<|message|># Instructions\n\n Be kind.\n\n\n<|end|>',
      '<|start|>user<|message|> hi <|end|>',
      '<|start|>assistant<|channel|>final<|message|>\nHm. <|end|>',
      '<|start|>user<|message|> more?\n<|end|>',
      '<|start|>assistant<|channel|>final<|message|>',
    ],
  });
  itAsks('harmony', {
    off: [
      LOW,
      '<|start|>developer<|message|># Instructions\n\nBe kind.\n\n<|end|>',
      '<|start|>user<|message|>hi<|end|>',
      '<|start|>assistant<|channel|>final<|message|>',
    ],
    low: [
      LOW,
      '<|start|>developer<|message|># Instructions\n\nBe kind.\n\n<|end|>',
      '<|start|>user<|message|>hi<|end|>',
      '<|start|>assistant',
    ],
    full: [
      HIGH,
      '<|start|>developer<|message|># Instructions\n\nBe kind.\n\n<|end|>',
      '<|start|>user<|message|>hi<|end|>',
      '<|start|>assistant',
    ],
  });
  itOpens('harmony', '<|end|><|start|>assistant<|channel|>final<|message|>Rook:');
  itStopsAt('harmony', ['<|return|>', '<|call|>', '<|end|>', '<|start|>']);
});
