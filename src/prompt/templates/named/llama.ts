import type { Family } from './scaffolding.ts';

/**
 * Llama 2 chat: the system message stands in the first user's turn; each exchange begins with
 * its own begin-of-sequence token, so that it stands after every reply.
 * Texts are trimmed one by one (the official template trims the first together with the system message before it).
 * https://huggingface.co/blog/llama2#how-to-prompt-llama-2 and the template in https://huggingface.co/meta-llama/Llama-2-7b-chat-hf
 */
export const llama2: Family = {
  name: 'llama2',
  stop: ['</s>', '[INST]'],
  turns: 'strict',
  foldsSystem: true,
  trim: ['user', 'assistant'],
  scaffolding: {
    system: ['<<SYS>>\n', '\n<</SYS>>\n\n'],
    user: ['[INST] ', ' [/INST]'],
    assistant: [' ', ' </s><s>'],
    reply: '',
  },
};

/**
 * Llama 3. The templates of 3.1 and later also tell a knowledge cutoff and a date; these models take the prompt without them.
 * https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3/
 */
export const llama3: Family = {
  name: 'llama3',
  stop: ['<|eot_id|>', '<|start_header_id|>', '<|end_of_text|>'],
  turns: 'any',
  trim: ['system', 'user', 'assistant'],
  scaffolding: {
    system: ['<|start_header_id|>system<|end_header_id|>\n\n', '<|eot_id|>'],
    user: ['<|start_header_id|>user<|end_header_id|>\n\n', '<|eot_id|>'],
    assistant: ['<|start_header_id|>assistant<|end_header_id|>\n\n', '<|eot_id|>'],
    reply: '<|start_header_id|>assistant<|end_header_id|>\n\n',
  },
};
