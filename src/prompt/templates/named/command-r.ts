import type { Family } from './scaffolding.ts';

/** Command R and R+. https://huggingface.co/CohereLabs/c4ai-command-r-plus/blob/main/tokenizer_config.json */
export const commandR: Family = {
  name: 'command-r',
  stop: ['<|END_OF_TURN_TOKEN|>', '<|START_OF_TURN_TOKEN|>'],
  turns: 'strict',
  trim: ['user', 'assistant'],
  scaffolding: {
    system: ['<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>', '<|END_OF_TURN_TOKEN|>'],
    user: ['<|START_OF_TURN_TOKEN|><|USER_TOKEN|>', '<|END_OF_TURN_TOKEN|>'],
    assistant: ['<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>', '<|END_OF_TURN_TOKEN|>'],
    reply: '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
  },
};
