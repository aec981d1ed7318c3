import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder, runTroupe } from './run-troupe.ts';

it('lists the personas that ship, and shows one as it plays', async () => {
  const folder = await makeFolder();
  const list = JSON.parse((await runTroupe(['persona', 'list', '--json'], { folder })).stdout);
  expect(list.map(({ id }: { id: string }) => id)).toEqual(['captain', 'haru', 'host', 'marlow', 'rook', 'sunny']);
  const rook = JSON.parse((await runTroupe(['persona', 'show', 'ROOK', '--json'], { folder })).stdout);
  expect(rook).toMatchObject({ id: 'rook', name: 'Rook', backend: 'default', sampling: { minP: expect.any(Number) } });
  expect((await runTroupe(['persona', 'show', 'rook'], { folder })).stdout).toContain('name: Rook\n');
});

it('finds nothing wrong with the personas that ship', async () => {
  expect(await runTroupe(['persona', 'check'], { folder: await makeFolder() })).toMatchObject({ code: 0, stderr: '' });
});

it('names every problem of every named file with its line', async () => {
  const folder = await makeFolder({
    'one.yaml': 'name: One\nsampling:\n  temperture: 1\n  topP: 2\n',
    'two.yaml': 'name: Two\nextends: nobody\n',
    'fine.yaml': 'name: Fine\nextends: rook\n',
    'unnamed.yaml': 'nonsense: true\n',
  });
  const { code, stdout, stderr } = await runTroupe(['persona', 'check', 'one.yaml', 'two.yaml', 'fine.yaml'], { folder });
  expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines).toContainEqual(
    expect.stringContaining('troupe: one.yaml:3: sampling.temperture: is an unknown key; did you mean "temperature"?'),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^troupe: one\.yaml:4: sampling\.topP: expected 1 or less, found 2/));
  expect(lines).toContainEqual(expect.stringContaining('troupe: two.yaml:2: extends: there is no persona "nobody"'));
  const json = await runTroupe(['persona', 'check', 'two.yaml', '--json'], { folder });
  expect(json.code).toBe(78);
  expect(JSON.parse(json.stdout)).toMatchObject([{ file: 'two.yaml', line: 2, path: 'extends' }]);
});

it('tells a file that is not there as wrong usage', async () => {
  const folder = await makeFolder({ 'two.yaml': 'name: Two\n' });
  const { code, stdout, stderr } = await runTroupe(['persona', 'check', 'two.yaml', 'absent.yaml'], { folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe('troupe: absent.yaml cannot be read (ENOENT: no such file or directory).\n');
});

it('tells in one breath, in the order of lines, what a file says wrongly and what it names that is not there', async () => {
  const folder = await makeFolder({
    'a.yaml': 'extends: nobody\ninstrutions: x\nname: A\n',
    'b.yaml': 'name: B\ntemplate: chatmel\nknowledge: [rules.md, absent.md]\nbackend: far\n',
    'c.yaml': 'name: C\ntemplate: broken.jinja\n',
    'd.yaml': 'template: absent.jinja\nname: D\n',
    'e.yaml': 'extends: b\nname: E\nknowledge: []\n',
    'f.yaml': 'name: F\nbackend: near\ntemplate: fine.jinja\nknowledge: [rules.md]\n',
    'g.yaml': '',
    'broken.jinja': '{% for message in messages %}\n',
    'fine.jinja': '{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% endfor %}',
    'rules.md': 'Be kind.',
    'troupe.yaml': 'backends:\n  near: { kind: openai }\n',
  });
  const files = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => `${id}.yaml`);
  const { code, stdout } = await runTroupe(['persona', 'check', ...files, '--json'], { folder });
  expect(code).toBe(78);
  expect(JSON.parse(stdout)).toEqual([
    { file: 'a.yaml', line: 1, path: 'extends', message: expect.stringContaining('there is no persona "nobody"') },
    { file: 'a.yaml', line: 2, path: 'instrutions', message: expect.stringContaining('did you mean "instructions"') },
    { file: 'b.yaml', line: 2, path: 'template', message: expect.stringContaining('There is no template "chatmel"') },
    { file: 'b.yaml', line: 3, path: 'knowledge', message: expect.stringMatching(/^there is no file absent\.md in /) },
    { file: 'b.yaml', line: 4, path: 'backend', message: expect.stringContaining('there are default, near') },
    { file: 'c.yaml', line: 2, path: 'template', message: expect.stringContaining('broken.jinja does not parse: line 1') },
    {
      file: 'd.yaml',
      line: 1,
      path: 'template',
      message: 'The template absent.jinja cannot be read (ENOENT: no such file or directory).',
    },
    { file: 'g.yaml', message: 'is empty; expected keys with values, at least name' },
  ]);
});

it('tells what the template of a file or of the configured model does to a conversation, and goes on', async () => {
  const folder = await makeFolder({
    'a.yaml': 'name: A\ntemplate: strict.jinja\n',
    'b.yaml': 'name: B\n',
    'strict.jinja':
      '{% for m in messages %}{% if loop.index > 1 and m.role == messages[loop.index0 - 1].role %}{{ raise_exception("twice") }}' +
      '{% endif %}<|{{ m.role }}|>{{ m.content }}{% endfor %}',
  });
  const check = ['persona', 'check', 'a.yaml', 'b.yaml'];
  const { code, stdout } = await runTroupe(check, { folder });
  expect({ code, lines: stdout.trimEnd().split('\n') }).toEqual({
    code: 0,
    lines: [
      '2 checked, no problem.',
      'strict.jinja (a): plain, greeting first, system in the middle, long history: as-is.',
      'strict.jinja (a): two user turns: strict-roles: turns of one role in a row are joined.',
    ],
  });
  const pocket = path.join(import.meta.dirname, '..', '..', 'models', 'pocket.gguf');
  const configured = await runTroupe(check, { folder, environment: { LLAMA_MODEL: pocket } });
  expect(configured.stdout).toContain('the template of pocket.gguf (b): plain, greeting first, two user turns');
  expect(JSON.parse((await runTroupe([...check, '--json'], { folder })).stdout)).toEqual([]);
});

it('names a template that can show no conversation as a problem, in its place', async () => {
  const folder = await makeFolder({
    'a.yaml': 'name: A\ntemplate: deaf.jinja\n',
    'b.yaml': 'extends: a\nname: B\n',
    'deaf.jinja': 'Say something.',
  });
  const { code, stdout } = await runTroupe(['persona', 'check', 'a.yaml', 'b.yaml', '--json'], { folder });
  expect(code).toBe(78);
  expect(JSON.parse(stdout)).toEqual([
    { file: 'a.yaml', line: 2, path: 'template', message: expect.stringMatching(/deaf\.jinja leaves out the conversation/) },
  ]);
});

it('tells of a broken troupe.yaml beside the problems of the personas', async () => {
  const folder = await makeFolder({ 'troupe.yaml': 'hause: {}\n', 'a.yaml': 'name: A\nbackend: far\nlayout: x\n' });
  const { code, stderr } = await runTroupe(['persona', 'check', 'a.yaml'], { folder });
  expect(code).toBe(78);
  expect(stderr).toMatch(/^troupe: a\.yaml:3: layout: .*\ntroupe: troupe\.yaml:1: hause: .*\n$/);
});

it('names the subcommands when a word is none of them', async () => {
  const { code, stdout, stderr } = await runTroupe(['persona', 'bogus'], { folder: await makeFolder() });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe("troupe: unknown command 'persona bogus'; there are list, show, check, schema.\n");
});

it('shows long texts as a file has them', async () => {
  const { stdout } = await runTroupe(['persona', 'show', 'rook'], { folder: await makeFolder() });
  expect(stdout).toMatch(/^instructions: \|\n {2}You are \{\{char\}\}[^\n]{60,}\n {2}\S/m);
});

it('prints the schema that lies beside the personas', async () => {
  const shipped = await readFile(path.join(import.meta.dirname, '..', '..', 'personas', 'persona.schema.json'), 'utf8');
  expect((await runTroupe(['persona', 'schema'], { folder: await makeFolder() })).stdout).toBe(shipped);
});
