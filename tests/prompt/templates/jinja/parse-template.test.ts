import { describe, expect, it } from 'vitest';
import { TemplateError } from '../../../../src/errors.ts';
import { parseTemplate } from '../../../../src/prompt/templates/jinja/parse-template.ts';

/** ms of work: what other programs take of the machine does not count */
const spent = () => process.threadCpuUsage().user / 1000;
const parse = (source: string) => parseTemplate({ name: 'mine.jinja', source });

describe('parseTemplate', () => {
  it('names the line where a template stops making sense', () => {
    expect(() => parse('a\nb\n{% if x %}\nc\n')).toThrow(TemplateError);
    expect(() => parse('a\nb\n{% if x %}\nc\n')).toThrow(/template mine\.jinja does not parse: line 3: /);
    expect(() => parse('{{ a }}\n{{ b is divisibleby(2 }}')).toThrow(/line 2: /);
    expect(() => parse('{% nonsense %}')).toThrow(/line 1: Unknown statement type: nonsense/);
  });

  it('refuses what is no chat template before it costs time', () => {
    const start = spent();
    expect(() => parse(' '.repeat(200_000))).toThrow(/mine\.jinja is no chat template/);
    expect(() => parse('{{ a }}'.repeat(100_000))).toThrow(/it has 700000 characters/);
    expect(spent() - start).toBeLessThan(2000);
  });

  it('takes time in proportion, also to find the line', () => {
    const start = spent();
    expect(() => parse(`${'{{ a }}\n'.repeat(5000)}{% if x %}`)).toThrow(/does not parse: line/);
    for (const part of ['{{', '{% raw %}', "{{'\\d", '{%', '{#', '(', ' {% ']) {
      expect(() => parse(`{{ ${part.repeat(50_000 / part.length)}`), part).toThrow(/does not parse/);
    }
    expect(spent() - start).toBeLessThan(5000);
  });

  it('reads tests with arguments wherever a test may stand', () => {
    const sources = [
      '{% if a is divisibleby 2 and b is not in [1, 2] or c is defined %}x{% endif %}',
      '{% for a in b if a is eq(2) %}{% endfor %}',
      "{{ 'x' if a.is is sameas b.c[0] else 'y' }}",
      '{{ a is none }}{{ a is not defined }}{{ a is string if a else b }}',
      '{{ [a is gt 1, {"k": b is lt(2)}] }}',
    ];
    for (const source of sources) expect(() => parse(source), source).not.toThrow();
  });
});
