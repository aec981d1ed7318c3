import { describe } from 'vitest';
import { itNeverReasons, itOpens, itStopsAt, itWrites } from './made-cases.ts';

describe('command-r', () => {
  itWrites('command-r', {
    'a conversation': [
      '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Be kind.<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>hi<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>Hm.<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>Mina: more?<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
    ],
    'a conversation without a system message': [
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>hi<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>Hm.<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>more?<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
    ],
    'a system message in mid-history': [
      '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Be kind.<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>a<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>b<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>Night falls.\n\nc<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
    ],
    'two users in a row': [
      '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Be kind.<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>Mina: a\n\nBora: b<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
    ],
    'a greeting first': [
      '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Be kind.<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>[The conversation begins.]<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>Sit.<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>hi<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
    ],
    'white space around texts': [
      '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|> Be kind.\n<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>hi<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>Hm.<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>more?<|END_OF_TURN_TOKEN|>',
      '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
    ],
  });
  itNeverReasons('command-r');
  itOpens('command-r', '<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>Rook:');
  itStopsAt('command-r', ['<|END_OF_TURN_TOKEN|>', '<|START_OF_TURN_TOKEN|>']);
});
