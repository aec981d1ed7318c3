import type { Thinking } from '../../../chat.ts';
import { strftime } from '../strftime.ts';
import type { Family } from './scaffolding.ts';

/** The models know low, medium and high, and no off. */
const EFFORT: Readonly<Record<Thinking, string>> = { off: 'low', low: 'low', full: 'high' };

/**
 * Harmony, for gpt-oss. What we call the system message is its developer message; its own system message names the model, the date and
 * the effort, in the words that it was trained on. With thinking off the reply opens in the final channel, so that nothing is left to reason.
 * https://cookbook.openai.com/articles/openai-harmony and https://huggingface.co/openai/gpt-oss-20b/blob/main/chat_template.jinja
 */
export const harmony: Family = {
  name: 'harmony',
  stop: ['<|return|>', '<|call|>', '<|end|>', '<|start|>'],
  turns: 'any',
  scaffolding: ({ thinking, now }) => ({
    start: systemMessage(EFFORT[thinking], strftime(new Date(now), '%Y-%m-%d')),
    system: ['<|start|>developer<|message|># Instructions\n\n', '\n\n<|end|>'],
    user: ['<|start|>user<|message|>', '<|end|>'],
    assistant: ['<|start|>assistant<|channel|>final<|message|>', '<|end|>'],
    reply: thinking === 'off' ? '<|start|>assistant<|channel|>final<|message|>' : '<|start|>assistant',
    reasonsFirst: thinking !== 'off',
  }),
};

function systemMessage(effort: string, date: string): string {
  return (
    '<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n' +
    `Current date: ${date}\n\nReasoning: ${effort}\n\n` +
    '# Valid channels: analysis, commentary, final. Channel must be included for every message.<|end|>'
  );
}
