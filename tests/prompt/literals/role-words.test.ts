import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { roleWordsOf } from '../../../src/prompt/literals/role-words.ts';

describe('roleWordsOf', () => {
  it.each([
    ["{{ 'USER: ' + m.content + '\\n' }}{{ 'ASSISTANT:' }}", ['USER', 'ASSISTANT']],
    ["{{ '### Instruction:\\n' + m.content + '\\n\\n### Response:\\n' }}", ['Instruction', 'Response']],
    ["{% set names = {'assistant': ' Ассистент:', 'user': ' Пользователь:'} %}", ['Ассистент', 'Пользователь']],
    ["{{ '### 질문: ' + m.content + '\\n\\n### 답변:' }}", ['질문', '답변']],
    ["{{ '<|im_start|>' + m.role + '\\n' }}The time is 12:30 today: fine", []],
    ["{% set said = m['content'] | trim %}Question: {{ said }}", ['Question']],
    ["{% if m.role == 'user' %}Guest:\n{% else %}Host:\n{% endif %}{{ say(m) }}", ['Guest', 'Host']],
    ["{{ 'Guest: ' if m.role == 'user' else 'Host: ' }}", ['Guest', 'Host']],
    ["{% if add_generation_prompt %}{{ 'Reply:' }}{% endif %}", ['Reply']],
  ])('finds the words in %j', (template, words) => {
    expect(roleWordsOf(template)).toEqual(words);
  });

  it('finds words that are made with the role of a message', () => {
    const spelt = ['system', 'System', 'SYSTEM', 'user', 'User', 'USER', 'assistant', 'Assistant', 'ASSISTANT'];
    const words = spelt.map((role) => `Correct Guest ${role}`);
    expect(roleWordsOf("{{ 'Correct Guest ' + m['role'].title() + ': ' + m['content'] }}")).toEqual(words);
    expect(roleWordsOf('{{ m.role }}: {{ m.content }}')).toEqual(spelt);
    expect(roleWordsOf('{{ m.role.upper() }}: {{ m.content }}')).toEqual(spelt);
    expect(roleWordsOf('{{ m.role | capitalize }}: {{ m.content }}')).toEqual(spelt);
  });

  it('takes nothing from what a template tells of tools, dates and reasoning', () => {
    const prose =
      "{{ '## Tools\\n\\nAnswer as:\\nType: \\nArgs:\\n' + tool.name }}{{ 'Reasoning: ' + reasoning_effort + '\\n\\n' }}" +
      "{{ 'Tools: ' + tools | tojson }}Current date: {{ today }}\n{{ raise_exception('Unknown part: ' + m.content) }}" +
      "{{ '<|user|>' + m.content }}";
    expect(roleWordsOf(prose)).toEqual([]);
  });

  it("knows a role's own word wherever it begins a line, also in a template that does not parse", () => {
    expect(roleWordsOf("{{ prefix + '\\nhuman: ' + more }}")).toEqual(['human']);
    expect(roleWordsOf("{{ 'odd }}\nUSER:\nType:\n")).toEqual(['USER']);
  });
});

/** The official templates that part roles by words, as far as the data has them; all others have control tokens. */
const OFFICIAL: Readonly<Record<string, readonly string[]>> = {
  'OrionStarAI/Orion-14B-Chat': ['Human', 'Assistant'],
  'openchat/openchat-3.5-0106': [
    'GPT4 Correct Assistant',
    'GPT4 Correct system',
    'GPT4 Correct System',
    'GPT4 Correct SYSTEM',
    'GPT4 Correct user',
    'GPT4 Correct User',
    'GPT4 Correct USER',
    'GPT4 Correct assistant',
    'GPT4 Correct ASSISTANT',
  ],
  'deepseek-ai/deepseek-coder-33b-instruct': ['Instruction', 'Response'],
  'eachadea/vicuna-13b-1.1': ['USER', 'ASSISTANT'],
  'Orca-Vicuna': ['SYSTEM', 'USER', 'ASSISTANT'],
  'DeepSeek-V2': ['User', 'Assistant'],
  'yandex/YandexGPT-5-Lite-8B-instruct': ['Ассистент', 'Пользователь'],
};

const folder = process.env.CONFORMANCE_DATA;
if (folder === undefined) {
  it('the role words of official templates are not looked at: CONFORMANCE_DATA is not set', () => {
    console.warn('CONFORMANCE_DATA is not set: roleWordsOf was not tried on the official templates.');
  });
} else {
  it('finds the words of those that part roles by words, and none in the others', () => {
    const data = JSON.parse(readFileSync(join(folder, 'chat-template-cases.json'), 'utf8'));
    const found = data.cases.map(({ name, template }: { name: string; template: string }) => [name, roleWordsOf(template)]);
    expect(Object.fromEntries(found.filter(([, words]: [string, string[]]) => words.length > 0))).toEqual(OFFICIAL);
  });
}
