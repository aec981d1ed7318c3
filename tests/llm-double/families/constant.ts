// Families that think whatever they are told, and families that never do.
import type { Family } from './family.ts';
import { ALWAYS_OPENED, chatml, marked } from './templates.ts';

export const ALWAYS_THINKING: readonly Family[] = [
  {
    name: 'Qwen3-Thinking',
    names: {
      gguf: 'Qwen3-30B-A3B-Thinking-2507-Q4_K_M.gguf',
      ollama: 'qwen3:30b-a3b-thinking-2507',
      lmStudio: 'qwen/qwen3-30b-a3b-thinking-2507',
      hub: 'Qwen/Qwen3-30B-A3B-Thinking-2507',
      openRouter: 'qwen/qwen3-30b-a3b-thinking-2507',
    },
    tags: { open: '<think>\n', close: '\n</think>\n\n', openedBy: 'template' },
    switch: 'none',
    byDefault: true,
    toldNot: 'thinks-anyway',
    musing:
      'Alright, roleplay turn again; persona equals librarian. Wait, check overdue ledger joke.\nBora: dislikes puns, allegedly.\n사서라면 속삭이듯 말하겠지. Actually reconsider 📚: shorter beats longer.',
    reply: 'Hush. 연체료는 천 원이에요 🪙. The novel is yours until Friday.',
    ollama: { thinks: true, values: [true] },
    openRouter: 'mandatory',
    template: chatml(ALWAYS_OPENED),
  },
  {
    name: 'DeepSeek-R1',
    names: {
      gguf: 'DeepSeek-R1-Distill-Qwen-14B-Q4_K_M.gguf',
      ollama: 'deepseek-r1:14b',
      lmStudio: 'deepseek/deepseek-r1-distill-qwen-14b',
      hub: 'deepseek-ai/DeepSeek-R1-Distill-Qwen-14B',
      openRouter: 'deepseek/deepseek-r1-distill-qwen-14b',
    },
    tags: { open: '<think>\n', close: '\n</think>\n\n', openedBy: 'model' },
    switch: 'none',
    byDefault: true,
    toldNot: 'thinks-anyway',
    musing:
      'So somebody knocks. Could be postman, could be ghost. Suppose ghost: probability low.\nMina: mentioned parcels yesterday.\n택배일 가능성이 높다. Therefore answer cheerfully 📦, without spoilers.',
    reply: 'Leave it by the door. 고마워요 🙏. I will sign in the morning.',
    ollama: { thinks: true, values: [true, false] },
    openRouter: 'mandatory',
    template: marked({ user: '<｜User｜>', assistant: '<｜Assistant｜>', end: '<｜end▁of▁sentence｜>' }),
  },
  {
    name: 'Magistral',
    names: {
      gguf: 'Magistral-Small-2509-Q4_K_M.gguf',
      ollama: 'magistral:24b',
      lmStudio: 'mistralai/magistral-small-2509',
      hub: 'mistralai/Magistral-Small-2509',
      openRouter: 'mistralai/magistral-small-2509',
    },
    tags: { open: '[THINK]', close: '[/THINK]', openedBy: 'model' },
    switch: 'none',
    byDefault: true,
    toldNot: 'thinks-anyway',
    musing:
      'Interpreting: stranger requests directions toward cathedral. Map recollection: bridge, bakery, fountain.\nBora: navigates better honestly.\n길 안내는 간단명료하게. Double-check compass 🧭 orientation.',
    reply: 'Left, then left again. 빵 냄새를 따라가요 🥐. You cannot miss it.',
    ollama: { thinks: true, values: [true, false] },
    openRouter: 'optional',
    mistralTokenizer: true,
    template:
      "{%- for message in messages %}{%- if message.role == 'assistant' %}{{- message.content + '</s>' }}{%- elif message.role == 'system' %}" +
      "{{- '[SYSTEM_PROMPT]' + message.content + '[/SYSTEM_PROMPT]' }}{%- else %}{{- '[INST]' + message.content + '[/INST]' }}{%- endif %}{%- endfor %}" +
      '{#- thoughts stand between [THINK] and [/THINK] #}',
  },
  {
    name: 'Phi-4-reasoning',
    names: {
      gguf: 'phi-4-reasoning-plus-Q4_K_M.gguf',
      ollama: 'phi4-reasoning:14b',
      lmStudio: 'microsoft/phi-4-reasoning-plus',
      hub: 'microsoft/Phi-4-reasoning-plus',
      openRouter: 'microsoft/phi-4-reasoning-plus',
    },
    tags: { open: '<think>', close: '</think>\n', openedBy: 'model' },
    switch: 'none',
    byDefault: true,
    toldNot: 'thinks-anyway',
    musing:
      'User greets. System instructs structured exploration, yet persona forbids lecturing.\nMina: prefers limericks.\n구조화된 설명은 피하자. Resolve conflict: persona wins 🏆, proceed laconically.',
    reply: 'Evening. 늘 드시던 걸로? 🍵 It is on the house.',
    ollama: { thinks: false },
    openRouter: 'mandatory',
    template: chatml(),
  },
];

export const NEVER_THINKING: readonly Family[] = [
  {
    name: 'Gemma 3',
    names: {
      gguf: 'gemma-3-12b-it-Q4_K_M.gguf',
      ollama: 'gemma3:12b',
      lmStudio: 'google/gemma-3-12b',
      hub: 'google/gemma-3-12b-it',
      openRouter: 'google/gemma-3-12b-it',
    },
    switch: 'none',
    byDefault: false,
    toldNot: 'obeys',
    musing: '',
    reply: 'Oh, hello there! 오늘은 별이 참 밝네요 🌟. Shall we walk?',
    ollama: { thinks: false },
    template: marked({ user: '<start_of_turn>user\\n', assistant: '<start_of_turn>model\\n', end: '<end_of_turn>\\n' }),
  },
  {
    name: 'Llama 3.3',
    names: {
      gguf: 'Llama-3.3-70B-Instruct-Q4_K_M.gguf',
      ollama: 'llama3.3:70b',
      lmStudio: 'meta/llama-3.3-70b',
      hub: 'meta-llama/Llama-3.3-70B-Instruct',
      openRouter: 'meta-llama/llama-3.3-70b-instruct',
    },
    switch: 'none',
    byDefault: false,
    toldNot: 'obeys',
    musing: '',
    reply: 'Well met, wanderer. 길이 미끄러우니 조심해요 🧊. The pass is closed.',
    ollama: { thinks: false },
    template: marked({
      user: '<|start_header_id|>user<|end_header_id|>\\n\\n',
      assistant: '<|start_header_id|>assistant<|end_header_id|>\\n\\n',
      end: '<|eot_id|>',
    }),
  },
];
