// Families that can be told how much to think.
import type { Family } from './family.ts';
import { chatml, EMPTY_WHEN_OFF, HARMONY, marked, OPENED_BY_THINKING, OPENED_WHEN_ON, THINK_MARK } from './templates.ts';

const THINK = { open: '<think>\n', close: '\n</think>\n\n', openedBy: 'model' } as const;

export const SWITCHABLE: readonly Family[] = [
  {
    name: 'Qwen3',
    names: {
      gguf: 'Qwen3-8B-Q4_K_M.gguf',
      ollama: 'qwen3:8b',
      lmStudio: 'qwen/qwen3-8b',
      hub: 'Qwen/Qwen3-8B',
      openRouter: 'qwen/qwen3-8b',
    },
    tags: THINK,
    switch: 'enable_thinking',
    byDefault: true,
    toldNot: 'thinks-anyway',
    musing:
      'Okay, the visitor mumbles about harbours. 사용자가 항구를 궁금해하네.\nBora: perhaps quotes her diary here?\nHmm, gulls 🐦, ropes, barnacles... Let me weigh brevity against flourish.\nMina: interrupts nothing.',
    reply: 'The boats are in, and so am I. 커피는 식었지만 괜찮아요 ☕. Sit down.',
    ollama: { thinks: true, values: [true, false] },
    openRouter: 'optional',
    template: chatml(EMPTY_WHEN_OFF),
  },
  {
    name: 'DeepSeek V3.1',
    names: {
      gguf: 'DeepSeek-V3.1-Q2_K.gguf',
      ollama: 'deepseek-v3.1:671b',
      lmStudio: 'deepseek-v3.1',
      hub: 'deepseek-ai/DeepSeek-V3.1',
      openRouter: 'deepseek/deepseek-chat-v3.1',
    },
    tags: { open: '<think>', close: '</think>', openedBy: 'template' },
    switch: 'thinking',
    byDefault: false,
    toldNot: 'obeys',
    musing:
      'First, unpack what lanterns imply: dusk, errands, superstition.\nBora: would scold me for dawdling.\n등불이라면 골목 이야기가 어울린다. Draft three endings 🏮; discard two.',
    reply: 'Light it yourself, traveller. 불씨는 거기 있어요 🔥, beside the tin cup.',
    ollama: { thinks: true, values: [true, false] },
    openRouter: 'optional',
    template: marked({
      user: '<｜User｜>',
      assistant: '<｜Assistant｜>',
      end: '<｜end▁of▁sentence｜>',
      opening: OPENED_BY_THINKING,
    }),
  },
  {
    name: 'gpt-oss',
    names: {
      gguf: 'gpt-oss-20b-mxfp4.gguf',
      ollama: 'gpt-oss:20b',
      lmStudio: 'openai/gpt-oss-20b',
      hub: 'openai/gpt-oss-20b',
      openRouter: 'openai/gpt-oss-20b',
    },
    tags: {
      open: '<|channel|>analysis<|message|>',
      close: '<|end|><|start|>assistant<|channel|>final<|message|>',
      openedBy: 'model',
      end: '<|return|>',
    },
    switch: 'reasoning_effort',
    byDefault: true,
    toldNot: 'thinks-anyway',
    musing:
      'Persona request. Policy check passes: harmless tavern banter. Need gruff register.\nBora: expects sarcasm.\n말투는 퉁명스럽게. Compose two sentences, sprinkle thunder ⚡.',
    reply: 'Storm is coming, friend. 문 닫아요 🚪. Drink or leave.',
    ollama: { thinks: true, values: ['low', 'medium', 'high'] },
    openRouter: 'mandatory',
    template: HARMONY,
  },
  {
    name: 'Gemma 4',
    names: {
      gguf: 'gemma-4-12b-it-Q5_K_M.gguf',
      ollama: 'gemma4:12b',
      lmStudio: 'google/gemma-4-12b',
      hub: 'google/gemma-4-12b-it',
      openRouter: 'google/gemma-4-12b-it',
    },
    tags: { open: '<|channel>thought\n', close: '<channel|>', openedBy: 'model', end: '<turn|>' },
    switch: 'enable_thinking',
    byDefault: false,
    toldNot: 'empty-block',
    musing:
      'Thinking process: identify intent (greeting), recall backstory (lighthouse keeper), choose tone.\nBora: likes whimsy.\n등대지기 설정을 잊지 말 것. Avoid clichés; mention foghorn 🌫️ maybe.',
    reply: 'You again! 바람이 좋네요 🍃. Mind the third step.',
    ollama: { thinks: true, values: [true, false] },
    openRouter: 'optional',
    template: THINK_MARK + marked({ user: '<|turn>user\\n', assistant: '<|turn>model\\n', end: '<turn|>\\n' }),
  },
  {
    name: 'GLM 4.6',
    names: {
      gguf: 'GLM-4.6-Air-Q4_K_M.gguf',
      ollama: 'glm-4.6:air',
      lmStudio: 'zai-org/glm-4.6-air',
      hub: 'zai-org/GLM-4.6-Air',
      openRouter: 'z-ai/glm-4.6-air',
    },
    tags: { open: '\n<think>', close: '</think>\n', openedBy: 'model' },
    switch: 'enable_thinking',
    byDefault: true,
    toldNot: 'obeys',
    musing:
      'Parse question: she wonders whether cellar floods. Facts: river, April, sandbags.\nMina: objected previously.\n지하실 얘기를 짧게 하자. Verify consistency twice 🧮, then respond.',
    reply: 'Only once, long ago. 그날은 배가 부엌에 떴죠 ⛵. Never again.',
    ollama: { thinks: true, values: [true, false] },
    openRouter: 'optional',
    template: marked({ user: '<|user|>\\n', assistant: '<|assistant|>', opening: EMPTY_WHEN_OFF }),
  },
  {
    name: 'Command A Reasoning',
    names: {
      gguf: 'command-a-reasoning-08-2025-Q4_K_M.gguf',
      ollama: 'command-a-reasoning:111b',
      lmStudio: 'cohere/command-a-reasoning',
      hub: 'CohereLabs/command-a-reasoning-08-2025',
      openRouter: 'cohere/command-a-reasoning',
    },
    tags: {
      open: '<|START_THINKING|>',
      close: '<|END_THINKING|><|START_RESPONSE|>',
      openedBy: 'model',
      end: '<|END_RESPONSE|>',
    },
    switch: 'reasoning',
    byDefault: true,
    toldNot: 'obeys',
    musing:
      'Plan: acknowledge grievance, deflect politely, invite barter.\nBora: haggles fiercely every market day.\n흥정은 느긋하게. Price anchors: copper, amber, salt 🧂.',
    reply: 'Seven coins, not six. 깎아 달란 말은 마세요 🙅. Fair is fair.',
    ollama: { thinks: false },
    openRouter: 'optional',
    template: marked({
      user: '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>',
      assistant: '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
      end: '<|END_OF_TURN_TOKEN|>',
      opening: "{%- if reasoning is defined and not reasoning %}{{- '<|START_THINKING|><|END_THINKING|>' }}{%- endif %}",
    }),
  },
  {
    name: 'EXAONE 4',
    names: {
      gguf: 'EXAONE-4.0-32B-Q4_K_M.gguf',
      ollama: 'exaone4:32b',
      lmStudio: 'lgai-exaone/exaone-4.0-32b',
      hub: 'LGAI-EXAONE/EXAONE-4.0-32B',
      openRouter: 'lgai/exaone-4.0-32b',
    },
    tags: { open: '<think>\n', close: '\n</think>\n\n', openedBy: 'template' },
    switch: 'enable_thinking',
    byDefault: false,
    toldNot: 'obeys',
    musing:
      '질문 의도를 파악해 보자. 반말인지 존댓말인지 먼저 정하고, 계절감을 넣는다.\nBora: 라면 웃었을 것이다.\nKeep honorifics consistent; 단풍 🍁 비유는 과하다.',
    reply: '어서 와요, 손님. 오늘은 국밥이 맛있어요 🍚. 천천히 드세요.',
    ollama: { thinks: false },
    openRouter: 'optional',
    template: marked({
      user: '[|user|]',
      assistant: '[|assistant|]',
      end: '[|endofturn|]\\n',
      opening: OPENED_WHEN_ON,
    }),
  },
];
