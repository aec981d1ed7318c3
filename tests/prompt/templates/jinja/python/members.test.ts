import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../../../src/prompt/templates/jinja/parse-template.ts';
import { renderText } from '../../../../../src/prompt/templates/jinja/render-text.ts';

function write(source: string): string {
  const jinja = { name: 'of the test', source };
  const messages = [{ role: 'user' as const, content: 'hi' }];
  return renderText(parseTemplate(jinja), jinja, { messages, thinking: 'off', now: 0 });
}

describe('maps and lists', () => {
  it.each([
    ["{% set d = {'a': 1} %}{% set _ = d.update({'b': 2, 'a': 3}) %}{{ d }}{{ _ }}", "{'a': 3, 'b': 2}None"],
    ['{% set d = {} %}{% set _ = d.update(a=1) %}{{ d }}', "{'a': 1}"],
    ["{% set d = {} %}{{ d.setdefault('a', 1) }}{{ d.setdefault('a', 2) }}{{ d }}", "11{'a': 1}"],
    ["{% set l = [] %}{% for c in 'ab' %}{% set _ = l.append(c) %}{% endfor %}{{ l }}", "['a', 'b']"],
    ['{% set l = [1] %}{% set _ = l.extend([2, 3]) %}{% set _ = l.extend(l) %}{{ l }}', '[1, 2, 3, 1, 2, 3]'],
    ['{% set l = [1, 2] %}{% set _ = l.insert(0, 0) %}{{ l.pop() }}{{ l.pop(0) }}{{ l }}', '20[1]'],
    ["{% set ns = namespace(l=[]) %}{% set _ = ns.l.append('x') %}{{ ns.l }}", "['x']"],
    ["{% set _ = messages[0].update({'content': 'bye'}) %}{{ messages[0].content }}", 'bye'],
  ])('are changed in place by %s', (source, text) => {
    expect(write(source)).toBe(text);
  });

  it('are changed for one attempt only', () => {
    const source =
      "{{ messages[0].content }}{% set _ = messages[0].update({'content': 'bye'}) %}{% for tool in tools %}{% endfor %}{{ '' if tools is iterable else raise_exception('no tools') }}";
    expect(write(source)).toBe('hi');
  });

  it.each([
    ['{% set l = [1] %}{% for i in l %}{% set _ = l.append(i) %}{% endfor %}', /list of more than 262144 elements/],
    ['{% set l = [1] %}{% for i in range(30) %}{% set _ = l.extend(l) %}{% endfor %}', /list of more than 262144 elements/],
    [
      '{% set d = {} %}{% for i in range(1000) %}{% for j in range(1000) %}{% set _ = d.update({i * 1000 + j: 1}) %}{% endfor %}{% endfor %}',
      /list of more than 262144 elements/,
    ],
    ['{% set l = [] %}{% set _ = l.append(l) %}{{ l }}', /call stack/],
    ['{% set d = {} %}{% set _ = d.update(1) %}', /update wants a map/],
    ['{% set l = [] %}{{ l.pop() }}', /pop wants a list/],
  ])('never grow without end: %s', (source, refusal) => {
    expect(() => write(source)).toThrow(refusal);
  });
});
