import { expect, it } from 'vitest';
import { checkTemplate, describeChecks } from '../../../../src/prompt/templates/jinja/check-template.ts';
import { ALTERNATING, CHATML, SYSTEMLESS } from '../shapes.ts';

const check = (source: string) => checkTemplate({ name: 'mine.jinja', source });

it('a template that shows every shape as it is needs one line', async () => {
  expect(describeChecks(await check(CHATML))).toEqual([
    'plain, greeting first, two user turns, system in the middle, long history: as-is',
  ]);
});

it('the rung of every shape is told, with what changes', async () => {
  expect(await check(SYSTEMLESS)).toContainEqual({
    shape: 'two user turns',
    rung: 'folded-system',
    changes: ['turns of one role in a row are joined', 'the system message begins the first user’s turn'],
  });
  expect(describeChecks(await check(ALTERNATING))).toContain(
    'system in the middle: strict-roles: a system message inside the conversation is written as a user’s; turns of one role in a row are joined; the template writes the system message late',
  );
});

it('what cannot be shown is told with the reason', async () => {
  const [first] = await check("{{ raise_exception('never') }}");
  expect(first).toEqual({
    shape: 'plain',
    problem: expect.stringMatching(/mine\.jinja cannot show this conversation: never\./),
  });
  expect(await check('{% if %}')).toContainEqual({
    shape: 'long history',
    problem: expect.stringMatching(/does not parse: line 1/),
  });
});

it('a template that runs for ever is stopped once, not once for every shape', async () => {
  const rounds = '{% for a in range(100000) %}';
  const checks = await check(`${rounds}${rounds}{% endfor %}{% endfor %}`);
  expect(checks).toHaveLength(5);
  expect(describeChecks(checks)).toHaveLength(1);
  expect(describeChecks(checks)[0]).toMatch(/did not end within/);
}, 60_000);
