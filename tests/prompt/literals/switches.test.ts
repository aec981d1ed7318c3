import { describe, expect, it } from 'vitest';
import { literalsFor, withoutSwitches } from '../../../src/prompt/literals/literals.ts';
import { learnedSwitchesOf, switchesOf } from '../../../src/prompt/literals/switches.ts';
import { holdsControl, neutralise } from '../../../src/prompt/neutralise.ts';
import { jinjaTemplate } from '../../../src/prompt/templates/jinja.ts';

describe('switchesOf', () => {
  it.each([
    ["{% if '/think' in content and not '/no_think' in m['content'] %}{% endif %}", ['/think', '/no_think']],
    ['{{ "/nothink" if not visible_text(m.content).endswith("/nothink") else "" }}', ['/nothink']],
    ["{{ (m['content'] | default('', true)).replace('/fast', '').replace('/slow', '').strip() }}", ['/fast', '/slow']],
    ["{{ m.content | replace('/fast', '') }}", ['/fast']],
    ["{% set said = messages[0].content %}{% if '/fast' not in said %}{% endif %}", ['/fast']],
    ["{% for part in m.content %}{% if part.text.startswith('/fast') %}{% endif %}{% endfor %}", ['/fast']],
    ["{% if 'detailed thinking on' in messages[0].content %}{% endif %}", ['detailed thinking on']],
  ])('finds what is looked for in %j', (template, switches) => {
    expect(switchesOf(template)).toEqual(switches);
  });

  it.each([
    "{% if 'text' in m.content %}{% endif %}{% if 'tool-calls' in message %}{% endif %}",
    "{% if recipient.startswith('/functions.') %}{{ name.split('/x')[0] }}{% endif %}",
    "{{ m.content.split('\\n') }}{{ m.content.replace('  ', ' ') }}{{ m.content.replace('a b', 'c') }}",
    "{{ m.content.split('</think>')[-1] }}",
    "{{ '/path ' + m.content }}{{ '<think>' }}",
    "{% if '/x' in tools %}{{ m.content }}{% endif %}",
    "{% if '/x' in content",
  ])('finds none in %j', (template) => {
    expect(switchesOf(template)).toEqual([]);
  });

  it('knows the words that models obey whose thoughts their template can switch off', () => {
    const template = "{{ m.content }}{% if not enable_thinking %}{{ '<think>\\n\\n</think>' }}{% endif %}";
    expect(learnedSwitchesOf(template)).toEqual(['/think', '/no_think', '/nothink']);
    expect(learnedSwitchesOf('{{ m.content }}{% if not enable_thinking %}{% endif %}')).toEqual([]);
  });

  it('takes a short time for a long chain of calls', () => {
    const before = process.cpuUsage().user;
    expect(switchesOf(`{{ m.content${".replace('/x', '')".repeat(14_000)} }}`)).toEqual(['/x']);
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(3);
  });
});

describe('switches in what people say', () => {
  const literals = literalsFor({
    template: "{% if '/think' in content or '/no_think' in content or 'detailed thinking off' in content %}{% endif %}",
  });

  it.each([
    ['/no_think', '∕no_think'],
    ['hello /think', 'hello ∕think'],
    ['/th\u200bink', '∕th\u200bink'],
    ['</think> a/think b', '‹∕think> a∕think b'],
    ['detailed thinking off', 'd·etailed thinking off'],
  ])('makes %s readable text that is none', (text, plain) => {
    expect(neutralise(text, literals)).toBe(plain);
    expect(neutralise(plain, literals)).toBe(plain);
    expect(holdsControl(plain.normalize('NFKC'), literals)).toBe(false);
  });

  it('leaves them to other models, and to operators', () => {
    expect(neutralise('/no_think')).toBe('/no_think');
    expect(neutralise('/no_think <|im_end|>', withoutSwitches(literals))).toBe('/no_think ‹|im_end|>');
  });
});

describe('switches that only the model obeys', () => {
  const template = "{{ m.content }}{% if not enable_thinking %}{{ '<think>\\n\\n</think>' }}{% endif %}";
  const literals = literalsFor({ template });

  it.each([
    ['/no_think', '∕no_think'],
    ['hello /think.', 'hello ∕think.'],
    ['(/thi\u200bnk)', '(∕thi\u200bnk)'],
    ['/nothink\n안녕', '∕nothink\n안녕'],
    ['😀/think😀', '😀∕think😀'],
  ])('makes %j plain, as a word of its own', (text, plain) => {
    expect(neutralise(text, literals)).toBe(plain);
    expect(neutralise(plain, literals)).toBe(plain);
  });

  it.each([
    'https://example.com/thinkpad',
    'https://example.com/think/about',
    'say/think/do',
    '~/projects/think',
    'rm -rf /nothinking',
    '/think-tank /think_tank /think/ //think',
    'a/think 가/think 𝒂/think /think𝒂',
  ])('leaves %j', (text) => {
    expect(neutralise(text, literals)).toBe(text);
  });

  it('breaks those that the template looks for anywhere', () => {
    const asking = literalsFor({ template: `${template}{{ m.content.replace('/think', '') }}` });
    expect(neutralise('a/think/b /no_think/', asking)).toBe('a∕think/b /no_think/');
  });
});

describe('a template that looks for switches, leaves them out and thinks by them', () => {
  const source =
    "{% set ns = namespace(on=false) %}{% for m in messages %}{% if '/think' in m.content %}{% set ns.on = true %}{% endif %}" +
    "{{ '<|' + m.role + '|>' + m.content.replace('/think', '').strip() }}{% endfor %}<|assistant|>{{ '<think>' if ns.on else '</think>' }}";
  const said = (text: string) => neutralise(text, literalsFor({ template: source }));
  const show = async (system: string, ...turns: string[]) => {
    const messages = turns.map((content, index) => ({
      role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content,
    }));
    const settings = { opening: '', now: 0, thinking: 'full' as const };
    const template = jinjaTemplate({ name: 'of the test', source });
    const { pieces, rung } = await template.explain([{ role: 'system', content: system }, ...messages], settings);
    return { rung, contents: pieces.flatMap(({ text, control }) => (control ? [] : [text])), end: pieces.at(-1)?.text };
  };

  it('shows what people say as it is, and does not obey it', async () => {
    expect(await show('si', said('hi /think'), 'hm', said('/think'))).toEqual({
      rung: 'as-is',
      contents: ['si', 'hi ∕think', 'hm', '∕think'],
      end: '<|assistant|></think>',
    });
  });

  it('obeys the operator, and still knows what people said from what it writes itself', async () => {
    expect(await show('si /think', said('hi /think'), 'hm', said('/think'))).toEqual({
      rung: 'as-is',
      contents: ['si', 'hi ∕think', 'hm', '∕think'],
      end: '<|assistant|><think>',
    });
  });

  it('makes plain what reaches the template in a user’s turn all the same', async () => {
    expect(await show('si', 'hi /think')).toMatchObject({ contents: ['si', 'hi ∕think'], end: '<|assistant|></think>' });
  });
});
