import type { Family } from './scaffolding.ts';

/** Phi-3 and Phi-3.5. https://huggingface.co/microsoft/Phi-3.5-mini-instruct#input-formats */
export const phi: Family = {
  name: 'phi',
  stop: ['<|end|>', '<|user|>', '<|endoftext|>'],
  turns: 'any',
  scaffolding: {
    system: ['<|system|>\n', '<|end|>\n'],
    user: ['<|user|>\n', '<|end|>\n'],
    assistant: ['<|assistant|>\n', '<|end|>\n'],
    reply: '<|assistant|>\n',
  },
};

/** Phi-4. https://huggingface.co/microsoft/phi-4#input-formats */
export const phi4: Family = {
  name: 'phi4',
  stop: ['<|im_end|>', '<|im_start|>', '<|endoftext|>'],
  turns: 'any',
  scaffolding: {
    system: ['<|im_start|>system<|im_sep|>', '<|im_end|>'],
    user: ['<|im_start|>user<|im_sep|>', '<|im_end|>'],
    assistant: ['<|im_start|>assistant<|im_sep|>', '<|im_end|>'],
    reply: '<|im_start|>assistant<|im_sep|>',
  },
};

/** Phi-4-mini: the words of Phi-3 without line breaks. https://huggingface.co/microsoft/Phi-4-mini-instruct#input-formats */
export const phi4Mini: Family = {
  name: 'phi4-mini',
  stop: ['<|end|>', '<|user|>', '<|endoftext|>'],
  turns: 'any',
  scaffolding: {
    system: ['<|system|>', '<|end|>'],
    user: ['<|user|>', '<|end|>'],
    assistant: ['<|assistant|>', '<|end|>'],
    reply: '<|assistant|>',
  },
};
