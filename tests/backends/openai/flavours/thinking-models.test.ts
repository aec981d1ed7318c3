import { describe, expect, test } from 'vitest';
import {
  chooseEffort,
  effortsIn,
  isGptOss,
  knownThinking,
  switchesOf,
  thinkingByName,
  thinkingByTemplate,
} from '../../../../src/backends/openai/flavours/thinking-models.ts';

describe('whether a model thinks', () => {
  test.each([
    ...['gpt-oss:20b', 'DeepSeek-R1-Distill-Qwen-14B-Q4_K_M.gguf', 'deepseek-r1:8b', 'QwQ-32B', 'magistral:24b'],
    ...[
      'microsoft/Phi-4-reasoning-plus',
      'EXAONE-Deep-7.8B',
      'Qwen3-30B-A3B-Thinking-2507',
      'kimi-k2-thinking',
      'olmo-3-7b-think',
    ],
  ])('is told by the name %s: always', (name) => {
    expect(thinkingByName(name)).toBe('always');
  });

  test.each([
    ...['Qwen/Qwen3-8B', 'qwen3.5:9b', 'deepseek-ai/DeepSeek-V3.1', 'GLM-4.6-Air-Q4_K_M.gguf', 'gemma4:12b', 'exaone4:32b'],
    ...['smollm3:3b', 'granite-3.3-8b-instruct', 'CohereLabs/command-a-reasoning-08-2025', 'nemotron-nano'],
  ])('is told by the name %s: when it is told to', (name) => {
    expect(thinkingByName(name)).toBe('switchable');
  });

  test.each([
    ...['gemma-3-12b-it', 'Llama-3.3-70B-Instruct', 'Mistral-7B-Instruct-v0.3', 'qwen2.5:7b', 'Qwen3-4B-Instruct-2507', 'phi4'],
    ...['qwen3-coder:30b', 'solar-10.7b', 'EXAONE-3.5-7.8B-Instruct', 'gpt-4.1-mini', 'command-r', 'pocket.gguf', 'double-1'],
  ])('is told by the name %s: never', (name) => {
    expect(thinkingByName(name)).toBe('none');
  });

  test('is told by the first of several names that says anything', () => {
    expect(knownThinking(['/models/blob', 'mybot', 'Qwen/Qwen3-8B'])).toBe('switchable');
    expect(knownThinking(['Qwen/Qwen3-4B-Instruct-2507', 'qwen3'])).toBe('none');
    expect(knownThinking(['/models/blob', 'mybot', 'meta-llama/Llama-3.3-70B-Instruct'])).toBeUndefined();
  });

  test('gpt-oss is known however its name is written', () => {
    expect(['gpt-oss:20b', 'openai/GPT_OSS-120B', 'gptoss'].every((name) => isGptOss(['alias', name]))).toBe(true);
    expect(isGptOss(['gpt-5-mini'])).toBe(false);
  });

  test('is told by a template that reads a switch, or knows the marks of thoughts', () => {
    expect(
      thinkingByTemplate("{%- if enable_thinking is defined and enable_thinking is false %}{{ '<think>' }}{% endif %}", 'm'),
    ).toBe('switchable');
    expect(thinkingByTemplate("{{ '<|im_start|>assistant\\n<think>\\n' }}", 'm')).toBe('always');
    expect(thinkingByTemplate("{{ '<start_of_turn>model\\n' }}", 'gemma-3')).toBe('none');
    expect(thinkingByTemplate("{{ '<|im_start|>assistant' }}", 'DeepSeek-R1')).toBe('always');
  });

  test('is not told by words that a template only writes, or by fields of messages', () => {
    expect(switchesOf("{{ 'You are good at reasoning and thinking.' }}{% if message.thinking %}x{% endif %}")).toEqual([]);
    expect(switchesOf('{% if not thinking is defined %}{% set thinking = false %}{% endif %}')).toEqual(['thinking']);
    expect(switchesOf('{%- if reasoning is defined and not reasoning %}x{% endif %}')).toEqual(['reasoning']);
  });
});

test.each([
  ['off', ['low', 'medium', 'high'], 'low'],
  ['off', ['none', 'high'], 'none'],
  ['low', ['none', 'high'], 'high'],
  ['low', ['minimal', 'medium'], 'minimal'],
  ['full', ['low', 'medium'], 'medium'],
  ['full', ['none', 'low', 'medium', 'high', 'xhigh'], 'high'],
] as const)('thinking %s of %j is %s', (thinking, effortWords, chosen) => {
  expect(chooseEffort(thinking, effortWords)).toBe(chosen);
});

test('the words of a text are those in quotes', () => {
  expect(effortsIn("one of 'none' or `high`, not low")).toEqual(['none', 'high']);
});
