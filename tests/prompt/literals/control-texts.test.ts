import { describe, expect, it } from 'vitest';
import { controlTextsOf, isMarkup, ownControlTexts } from '../../../src/prompt/literals/control-texts.ts';

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

  it.each([
    [
      "{% if tools %}{{ 'Call <name> with <|x|> and <tools>' }}{% for tool in tools %}<one>{% endfor %}{% endif %}<turn>",
      ['<turn>', '<tools>', '<|x|>'],
    ],
    ['{% if tools is not none %}<a1>{% elif system %}<b1>{% else %}<c1>{% endif %}', ['<b1>', '<c1>']],
    [
      '{% if tools is none %}<a1>{% endif %}{% if not tools %}<a2>{% endif %}{% if tools or x %}<a3>{% endif %}',
      ['<a1>', '<a2>', '<a3>'],
    ],
    [
      "{% macro show_tool(t) %}<a1>{% endmacro %}{% set x %}{% if m.role == 'tool' %}<a2>{% endif %}<a3>{% endset %}<a4>",
      ['<a3>', '<a4>'],
    ],
    ['{% endif %}{% else %}{% endfor %}<a1>', ['<a1>']],
  ])('takes no placeholders from what %j tells of tools', (template, found) => {
    expect(controlTextsOf(template).sort()).toEqual(found.sort());
  });

  it('takes a source of any kind in a short time, and still finds what is written at its beginning', () => {
    for (const unit of [' ', '{%', '{{"', '(', '<', '[A ', "{{ '<|x|>' }}"]) {
      const before = process.cpuUsage().user;
      expect(controlTextsOf(`<|odd|>${unit.repeat(600_000 / unit.length)}`)).toContain('<|odd|>');
      expect((process.cpuUsage().user - before) / 1e6, `seconds for ${JSON.stringify(unit)}`).toBeLessThan(3);
    }
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

  it('leaves out at once what is far too long for a token', () => {
    const before = process.cpuUsage().user;
    expect(ownControlTexts({ bosToken: `x${' '.repeat(300_000)}x`, eosToken: '<e>' })).toEqual(['<e>']);
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(1);
  });
});
