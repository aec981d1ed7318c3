import { expect, it } from 'vitest';
import { parseTemplate } from '../../../../src/prompt/templates/jinja/parse-template.ts';
import { renderText } from '../../../../src/prompt/templates/jinja/render-text.ts';

/** What a template makes of one message, and how often it was run for that. */
function write(source: string): { text: string; runs: number } {
  const jinja = { name: 'of the test', source };
  const program = parseTemplate(jinja);
  const { body } = program;
  let runs = 0;
  Object.defineProperty(program, 'body', {
    get: () => {
      runs += 1;
      return body;
    },
  });
  const shown = { messages: [{ role: 'user', content: 'hi' } as const], thinking: 'off' as const, now: 0 };
  try {
    return { text: renderText(program, jinja, shown), runs };
  } catch (error) {
    return { text: String(error), runs };
  }
}

it('a template that refuses a conversation is not run again with what it does not name', () => {
  expect(write("{{ raise_exception('never') }}")).toEqual({ text: 'Error: never', runs: 1 });
  expect(write("{% if tools is none %}{{ raise_exception('never') }}{% endif %}x")).toEqual({ text: 'x', runs: 2 });
  expect(write("{{ 'f' + functions }}")).toEqual({ text: 'f', runs: 2 });
  expect(write("{% if reasoning_effort is defined %}{{ raise_exception('no') }}{% endif %}x")).toEqual({ text: 'x', runs: 2 });
});

it('a template that grows too large or too deep is run once', () => {
  expect(write("{{ tools }}{{ 'a' * 100000000 }}")).toMatchObject({ runs: 1 });
  const deep = '{% macro again(n) %}{{ again(n + 1) }}{% endmacro %}{{ again(0) }}{{ tools }}';
  expect(write(deep)).toMatchObject({ text: expect.stringMatching(/^RangeError/), runs: 1 });
});
