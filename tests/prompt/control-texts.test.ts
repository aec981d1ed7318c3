import { describe, expect, it } from 'vitest';
import { controlTextsOf, isMarkup, ownControlTexts, roleWordsOf } from '../../src/prompt/control-texts.ts';

describe('isMarkup', () => {
  it.each([
    ...['<think>', '</think>', '[INST]', '<<SYS>>', '<|im_end|>', '<|turn>', '<turn|>', '<｜User｜>', '[|system|]'],
    ...[
      ']~b]',
      '[e~[',
      '>>TITLE<<',
      '@@eot@@',
      '<unused12>',
      '[UNUSED_TOKEN_7]',
      '<|"|>',
      '<用户>',
      '<fim-prefix>',
      '[multimodal]',
    ],
  ])('takes %s for markup', (text) => {
    expect(isMarkup(text)).toBe(true);
  });

  it.each([
    ...['  ', '\n\n', '\t\t\t', '▁▁', 'hello', 'Human:', '안녕', '👩‍🚀', ':)', '...', '```', '---', '*smiles*', '(laughs)'],
    ...['<b>', '</b>', '<br/>', '<br />', '<h1>', '<table>', '<blockquote>', '<>', '[]', '||', '<3'],
  ])('takes %j for ordinary text', (text) => {
    expect(isMarkup(text)).toBe(false);
  });
});

describe('controlTextsOf', () => {
  it('finds what a template writes, in its text and in its strings', () => {
    const template =
      "[gMASK]<sop>{# <not-written> #}{% for m in messages %}{{ '<|' + m['role'] + '|>' }}{{ '[INST] ' + m.content + '[/INST]' }}" +
      "{{ bos_token ~ ']~b]' }}<tool_call>{% endfor %}{% if m[0] < n and x > y %}{{ '<<SYS>>\\n' }}{% endif %}<b>bold</b>";
    expect(controlTextsOf(template)).toEqual(['[gMASK]', '<sop>', '[INST]', '[/INST]', ']~b]', '<tool_call>', '<<SYS>>']);
  });

  it('finds them also in a template that does not parse', () => {
    expect(controlTextsOf("{% for m in %}<|odd|>{{ '[INST]' }")).toEqual(['<|odd|>', '[INST]']);
  });

  it('takes nothing from code and prose', () => {
    expect(controlTextsOf('{% if a[0] < b["x"] %}You are helpful. See [1] and <b>this</b>, a > b.{% endif %}')).toEqual([]);
  });
});

describe('ownControlTexts', () => {
  it('joins the vocabulary, the template and the tokens that begin and end, without ordinary text and without space around', () => {
    const own = ownControlTexts({
      controlTexts: ['▁<EOT>', '  ', 'hello', '<b>', '<x>'],
      template: '[ROLE]',
      bosToken: '<bos>',
      eosToken: '',
    });
    expect(own).toEqual(['<EOT>', '<x>', '[ROLE]', '<bos>']);
  });
});

describe('roleWordsOf', () => {
  it.each([
    ["{{ 'USER: ' + m.content + '\\n' }}{{ 'ASSISTANT:' }}", ['USER', 'ASSISTANT']],
    ["{{ '### Instruction:\\n' + m.content + '\\n### Response:\\n' }}", ['Instruction', 'Response']],
    ["{% set names = {'a': ' Ассистент:', 'u': ' Пользователь:'} %}", ['Ассистент', 'Пользователь']],
    ["{{ '### 질문: ' + m.content + '\\n\\n### 답변:' }}", ['질문', '답변']],
    ["{{ '<|im_start|>' + m.role + '\\n' }}The time is 12:30 today: fine", []],
  ])('finds the words in %j', (template, words) => {
    expect(roleWordsOf(template)).toEqual(words);
  });
});
