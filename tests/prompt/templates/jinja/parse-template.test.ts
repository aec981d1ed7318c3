import { describe, expect, it } from 'vitest';
import { TemplateError } from '../../../../src/errors.ts';
import { parseTemplate, tokenizeBounded } from '../../../../src/prompt/templates/jinja/parse-template.ts';

/** ms of work: what other programs take of the machine does not count */
const spent = () => process.threadCpuUsage().user / 1000;
const parse = (source: string) => parseTemplate({ name: 'mine.jinja', source });

describe('parseTemplate', () => {
  it('names the line where a template stops making sense', () => {
    expect(() => parse('a\nb\n{% if x %}\nc\n')).toThrow(TemplateError);
    expect(() => parse('a\nb\n{% if x %}\nc\n')).toThrow(
      /template mine\.jinja does not parse: line 3: the block or the tag that begins there is not closed/,
    );
    expect(() => parse('{{ a }}\n{{ b is divisibleby(2 }}')).toThrow(/line 2: /);
    expect(() => parse('{% nonsense %}')).toThrow(/line 1: Unknown statement type: nonsense/);
  });

  it('refuses what is no chat template before it costs time', () => {
    const start = spent();
    expect(() => parse(' '.repeat(200_000))).toThrow(/mine\.jinja is no chat template/);
    expect(() => parse('{{ a }}'.repeat(100_000))).toThrow(/it has 700000 characters/);
    expect(spent() - start).toBeLessThan(2000);
  });

  it('refuses brackets in brackets in brackets before it costs time, on every way to the tokens', () => {
    const start = spent();
    for (const part of ['x is in (', 'a[', '{a:', '(', "x is eq [y is in ('a', "]) {
      const source = `line one\n{{ ${part.repeat(60_000 / part.length)}`;
      expect(() => parse(source), part).toThrow(/^The template mine\.jinja does not parse: line 2: /);
      expect(() => tokenizeBounded(source), part).toThrow();
    }
    expect(spent() - start).toBeLessThan(5000);
    const nested = (depth: number) => `{{ ${'('.repeat(depth)}1${')'.repeat(depth)} }}`;
    expect(() => parse(nested(100))).not.toThrow();
    expect(() => parse(nested(101))).toThrow('line 1: brackets stand in more than 100 others');
    expect(() => parse(nested(60).repeat(20))).not.toThrow();
  });

  it('gives tokens of nothing that is too large', () => {
    expect(tokenizeBounded("a{{ 'b' }}").map(({ type, value }) => `${type} ${value}`)).toEqual([
      'Text a',
      'OpenExpression {{',
      'StringLiteral b',
      'CloseExpression }}',
    ]);
    expect(() => tokenizeBounded('a'.repeat(300_000))).toThrow('it has 300000 characters, and may have 262144');
    expect(() => tokenizeBounded(`a${' '.repeat(501)}b`)).toThrow('it has more than 500 blanks in a row');
    expect(() => tokenizeBounded(`a${' '.repeat(500)}b`)).not.toThrow();
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
