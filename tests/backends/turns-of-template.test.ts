import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turnsOf } from '../../src/backends/turns-of-template.ts';

describe('turnsOf', () => {
  it.each([
    ['writes each role', "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}"],
    [
      'has a branch for the model',
      "{%- for m in messages -%}{%- if m.role == 'user' -%}U{{ m.content }}{%- elif m.role == 'assistant' -%}A{{ m.content }}{%- endif -%}{%- endfor -%}",
    ],
    [
      'has a branch for all others',
      "{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] }}{% else %}{{ m['content'] }}{% endif %}{% endfor %}",
    ],
    ['counts', '{% for i in range(0, messages|length) %}{{ messages[i].content }}{% endfor %}'],
    [
      'leaves the content to macros',
      "{% for m in messages %}{% if m.role == 'assistant' %}{{ answer(m) }}{% endif %}{% endfor %}",
    ],
    ['renames the list', "{% set rest = messages[1:] %}{% for m in rest %}{{ m.role + ': ' + m.content }}{% endfor %}"],
  ])('sees many turns in a template that %s', (_, template) => {
    expect(turnsOf(template)).toBe('many');
  });

  it.each([
    ['shows the newest message', "<user>{{ messages[-1]['content'] }}<model>"],
    [
      'writes the member’s turns alone',
      "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}<|assistant|>",
    ],
    ['goes through the parts of one message', '{% for part in messages[-1].content %}{{ part.text }}{% endfor %}'],
    ['talks of turns in a comment', "{# for m in messages: m['role'] m['content'] #}{{ messages[0].content }}"],
    ['goes through tools', '{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ messages[0].content }}'],
  ])('sees one in a template that %s', (_, template) => {
    expect(turnsOf(template)).toBe('one');
  });

  it('sees none where no message is shown', () => {
    for (const template of [undefined, '', '  \n', 'chatml', '{{ .Prompt }}']) expect(turnsOf(template)).toBe('none');
  });

  it('comes to an end soon, whatever the text', () => {
    const pieces = ['{%', '%}', '{#', '#}', 'for m in messages', 'endfor', 'role', "'", ' == ', 'content', ' '];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (part) => ['none', 'one', 'many'].includes(turnsOf(`messages${part.repeat(500)}`))),
      { numRuns: 100 },
    );
  });
});
