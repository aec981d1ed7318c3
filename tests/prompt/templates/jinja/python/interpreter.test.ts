import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../../../src/chat.ts';
import { parseTemplate } from '../../../../../src/prompt/templates/jinja/parse-template.ts';
import { renderText } from '../../../../../src/prompt/templates/jinja/render-text.ts';

const messages: ChatMessage[] = [
  { role: 'system', content: '  Sys. ' },
  { role: 'user', content: 'Hi, "you"\nline 😀' },
  { role: 'assistant', content: 'Well.</think>\n\nNo.' },
];

function write(source: string): string {
  const jinja = { name: 'of the test', source, bosToken: '<s>', eosToken: '</s>' };
  return renderText(parseTemplate(jinja), jinja, { messages, thinking: 'off', now: Date.UTC(2026, 10, 20, 12) });
}

/** What Python's Jinja 3.1.6 makes of them in the sandbox and with the settings of the transformers library. */
const AS_PYTHON: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'values are printed as Python prints them': [
    ["{{ none }}{{ true }}{{ [1,'a',none,true,1.5] }}{{ {'a':1,2:'x'} }}", "NoneTrue[1, 'a', None, True, 1.5]{'a': 1, 2: 'x'}"],
    ["{{ 'x' ~ none ~ y ~ 1.0 }}{{ x }}{{ (1,2) }}", 'xNone1.0(1, 2)'],
    ['{{ ["it\'s"] }}{{ [\'a"b\', "c\\n"] }}', "[\"it's\"]['a\"b', 'c\\n']"],
  ],
  'values of different kinds are not equal, and equal lists are': [
    ["{{ '' == false }}{{ 0 == '' }}{{ none == y }}{{ 1 == 1.0 }}{{ 1 == true }}", 'FalseFalseFalseTrueTrue'],
    [
      "{{ [] == [] }}{{ {'a': [1]} == {'a': [1]} }}{{ [1] != [1] }}{{ 1 in [2, 1] }}{{ 'a' in {'a': 1} }}",
      'TrueTrueFalseTrueTrue',
    ],
    ["{{ 'x' in y }}{{ 'q' not in 'abc' }}{{ 'b' > 'a' }}{{ true + 1 }}", 'FalseTrueTrue2'],
  ],
  'numbers and texts are reckoned with as in Python': [
    ['{{ -7 % 3 }} {{ -7 // 2 }} {{ 7/2 }} {{ 3 / 3 }} {{ 2**3 }}', '2 -4 3.5 1.0 8'],
    ["{{ 'ab' * 3 }}{{ [1] * 2 }}{{ '%s-%d' % ('a', 3) }}{{ '%.2f%%' % 1.234 }}", 'ababab[1, 1]a-31.23%'],
    ["{{ 'é😀x'|length }}{{ 'é😀x'[1] }}{{ 'é😀x'[1:] }}{{ 'abc'[::-1] }}{{ 'abcdef'[1:5:2] }}", '3😀😀xcbabd'],
  ],
  'a loop keeps what it wrote before break and continue, and has names of its own in every round': [
    ['{% for i in [1,2,3] %}{{ i }}{% if i==2 %}x{% break %}{% endif %}b{% endfor %}', '1b2x'],
    ['{% for i in [1,2,3] %}{{ i }}{% if i==2 %}x{% continue %}{% endif %}b{% endfor %}', '1b2x3b'],
    ['{% for i in [1,2] %}{{ x }}|{% set x = i %}{% endfor %}', '||'],
    ["{% for c in 'abc' %}{{ c }},{% endfor %}{% for c in y %}z{% else %}none{% endfor %}", 'a,b,c,none'],
    ['{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }}{{ loop.cycle("x", "y") }}{% endfor %}', '12x34y'],
    ['{% for x in [1,2,3] if x > 1 %}{{ x }}{{ loop.first }}{{ loop.revindex0 }}{% endfor %}', '2True13False0'],
  ],
  'keys of maps may be numbers': [
    ["{{ {1:'a', 'k':2}[1] }}{% for k in {7:1} %}{{ k + 1 }}{% endfor %}", 'a8'],
    ["{% for k, v in {3:'x', 1:'y'}|dictsort %}{{ k }}{{ v }}{{ k < 2 }}{% endfor %}", '1yTrue3xFalse'],
    [
      "{{ {'a':1}.get('b') }}{{ {'items':5}['items'] }}{% for k, v in {'items':5}.items() %}{{ k }}{{ v }}{% endfor %}",
      'None5items5',
    ],
  ],
  'what is not defined has no length and no elements': [
    ["{{ x | trim }}{{ x | upper }}{{ x | length }}{{ x|list }}{{ x|join(',') }}", '0[]'],
    ["{{ none|selectattr('a')|list }}{{ tools|rejectattr('b')|list }}{{ messages[0].tool_calls|length }}", '[][]0'],
  ],
  'tests take arguments, in brackets or without': [
    ["{{ 5 is divisibleby 5 }}{{ 5 is divisibleby(2) }}{{ 5 is in [5] }}{{ 'a' is not in ['b'] }}", 'TrueFalseTrueTrue'],
    ["{{ 'a' is eq 'a' and true }}{{ x is sameas none }}{{ messages[0].role is equalto('system') }}", 'TrueFalseTrue'],
    ["{{ messages|length is gt 2 }}{{ [1, 2]|length is divisibleby 2 }}{{ 'x' if y is defined else 'z' }}", 'TrueTruez'],
  ],
  'texts have the methods that templates call': [
    ["{{ messages[2].content.split('</think>')[-1].lstrip('\\n') }}|{{ ' a '.strip() }}|{{ 'xxaxx'.strip('x') }}", 'No.|a|a'],
    ["{{ 'a,b,c'.split(',', 1) }}{{ ' a  b '.split() }}{{ 'a,b,c'.rsplit(',', 1) }}", "['a', 'b,c']['a', 'b']['a,b', 'c']"],
    ["{{ '{}-{}'.format('a', 1) }}{{ '{0}{0}{name}'.format('a', name='b') }}{{ 'x'.join(['a', 'b']) }}", 'a-1aabaxb'],
    [
      "{{ 'abc'.find('c') }}{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('c') }}{{ 'a'.startswith(('b', 'a')) }}",
      '2bcabTrue',
    ],
    [
      "{{ 'ab'.replace('', '.') }}{{ 'aXbX'.replace('X', '-', 1) }}{{ 'hELLO'.capitalize() }}{{ 'a b'.title() }}",
      '.a.b.a-bXHelloA B',
    ],
  ],
  'filters take every kind of value': [
    ["{{ 'abc'|first }}{{ 'abc'|last }}{{ 'abc'|reverse }}{{ []|first }}{{ 5|string ~ 'x' }}{{ ''|d('e', true) }}", 'accba5xe'],
    ["{{ messages|map(attribute='role')|join('/') }}{{ ['a']|map('upper')|list }}", "system/user/assistant['A']"],
    ["{{ messages|selectattr('role', 'equalto', 'user')|list|length }}{{ [1,2,3]|reject('gt', 1)|list }}", '1[1]'],
    [
      "{{ 'a\\nb'|indent }}|{{ 'a\\n\\nb'|indent(2, true) }}|{{ [3,1,2]|sort }}{{ [1,2]|sum }}{{ [1,2]|max }}",
      'a\n    b|  a\n\n  b|[1, 2, 3]32',
    ],
    ["{{ \"they're HERE\"|title }}{{ {'b':{'c':[1]}}|tojson }}{{ '<'|e }}", 'They\'re Here{"b": {"c": [1]}}&lt;'],
  ],
  'a value is written as JSON as the library does that publishes the templates': [
    ["{{ [1, 'a', none, true, 1.5, y] | tojson }}", '[1, "a", null, true, 1.5, null]'],
    ["{{ {'b': [], 'a': {}} | tojson(indent=2) }}", '{\n  "b": [],\n  "a": {}\n}'],
    [
      "{{ {'b': [1, [2]], 'a': 'é'} | tojson(indent='\t', sort_keys=true) }}",
      '{\n\t"a": "é",\n\t"b": [\n\t\t1,\n\t\t[\n\t\t\t2\n\t\t]\n\t]\n}',
    ],
    ["{{ ['é😀', '\"'] | tojson(ensure_ascii=true, separators=(',', ':')) }}", '["\\u00e9\\ud83d\\ude00","\\""]'],
    ["{{ {'a': [1, 2], 3: 4} | tojson(separators=('; ', ' = ')) }}{{ 'a' | tojson | length }}", '{"a" = [1; 2]; "3" = 4}3'],
    ["{{ ('😀' * 40000) | tojson | length }}{{ ('a' ~ '😀' * 40000) | tojson | length }}", '4000240003'],
  ],
  'the source may have line ends of other systems, raw blocks, kept white space and strange escapes': [
    ['a{% if true %}\r\nc{% endif %}\r\n', 'ac'],
    ['{% raw %}{{ x }}{% endraw %}!', '{{ x }}!'],
    ['  {%+ if true %}x{% endif +%}\ny', '  x\ny'],
    ["{{ '\\d\\/' }}", '\\d\\/'],
  ],
  'names are as in the library that publishes the templates': [
    [
      "{{ strftime_now('%d %b %Y') }}{{ bos_token }}{{ tools is none }}{{ range(2, 8, 3)|list }}{{ dict(a=1) }}",
      "20 Nov 2026<s>True[2, 5]{'a': 1}",
    ],
    ['{% generation %}a{% endgeneration %}{% set ns = namespace(n=1) %}{% set ns.n = ns.n + 1 %}{{ ns.n }}', 'a2'],
    [
      "{% macro m(a, b='z') %}<{{ a }}{{ b }}{{ caller() if caller }}>{% endmacro %}{{ m(1) }}{% call m(3) %}in{% endcall %}",
      '<1z><3zin>',
    ],
  ],
};

describe('a template does as in Python:', () => {
  for (const [what, cases] of Object.entries(AS_PYTHON)) {
    it(what, () => {
      expect(cases.map(([source]) => write(source))).toEqual(cases.map(([, text]) => text));
    });
  }

  it('what Python refuses is refused', () => {
    const refused = [
      '{{ none | length }}',
      "{{ x + 'a' }}",
      "{{ none + 'a' }}",
      '{{ range(100001)|length }}',
      "{{ 'a'.nothing() }}",
      "{{ 'a' is nothing }}",
    ];
    for (const source of refused) expect(() => write(source), source).toThrow();
  });

  it('what one step of native code would be too long or too large for is refused before it begins', () => {
    const refused: Readonly<Record<string, RegExp>> = {
      '{{ [1] | tojson(indent=30000000) }}': /an indent has more than 64 characters/,
      "{{ [1] | tojson(indent=' ' * 65) }}": /an indent has more than 64 characters/,
      "{{ 'a' | indent('-' * 65) }}": /an indent has more than 64 characters/,
      "{{ [1] | tojson(separators=(',' * 65, ':')) }}": /a separator has more than 64 characters/,
      "{{ {'a': 1} | tojson(separators=(',', ':' * 65)) }}": /a separator has more than 64 characters/,
      "{{ strftime_now('%A' * 501) }}": /a format of a date has more than 1000 characters/,
    };
    for (const [source, reason] of Object.entries(refused)) expect(() => write(source), source).toThrow(reason);
    const searches = ["rfind('a' * 1000000 ~ 'b')", "find('a' * 1000000)", "rpartition('a' * 9999)", "split('a' * 9999)"];
    for (const search of searches) expect(() => write(`{{ ('a' * 4000000).${search} }}`), search).toThrow(/looks for/);
    expect(() => write("{{ ('a' * 1000000) in ('b' * 4000000) }}")).toThrow(
      /it looks for 1000000 characters in a text of 4000000/,
    );
    for (const change of ['upper()', 'title()', 'swapcase()', 'lower()', 'capitalize()', 'isupper()']) {
      expect(() => write(`{{ ('ß' * 2000000).${change} }}`), change).toThrow(/changes the characters of a text of more than/);
    }
    expect(() => write("{{ [('\\\\' * 2000000)] }}")).toThrow(/changes the characters/);
  });

  it('one value never grows so large that making it could end the process', () => {
    const large = "{% set s = 'a' * 100000 %}";
    const nested = '{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}';
    const greedy = [
      "{{ 'a' * 100000000000 }}",
      '{{ [1] * 100000000000 }}',
      `${large}{{ s | replace('a', s) }}`,
      `${large}{{ range(1000) | join(s) }}`,
      "{{ ('a\\n' * 100000) | indent(64) }}",
      `${nested}{{ ns.l | tojson }}`,
      "{{ 'a'.zfill(1000000000) }}",
      `${large}{% for a in range(1000) %}{{ s }}{% endfor %}`,
      "{{ '%s%s' % ('a' * 4000000, 'b' * 4000000) }}",
      '{{ ([1] * 70000) | tojson(indent=64) }}',
      "{{ ('&' * 1000000) | escape }}",
      "{{ ('\\n' * 4000000) | tojson }}",
      "{{ ('안' * 4000000) | tojson(ensure_ascii=true) }}",
      "{{ ('%%' * 2000000) | format }}",
      "{{ ('{}' * 2000000).format('a') }}",
      "{{ ('a' * 4000000).count('a') }}",
      "{{ ('\\n' * 1000000) | indent }}",
    ];
    for (const source of greedy) expect(() => write(source), source).toThrow(/makes a (text|list) of more than/);
  });
});
