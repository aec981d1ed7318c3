import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError, type Problem } from '../../src/errors.ts';
import { loadPersonas } from '../../src/personas/load-personas.ts';
import { DEFAULT_SAMPLING } from '../../src/personas/sampling.ts';
import { folderOf } from './folder.ts';

async function problemsOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Problem[]> {
  const folder = folderOf(files);
  const error: unknown = await loadPersonas(folder).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error('no ConfigError was thrown');
  expect(error.exitCode).toBe(78);
  return error.problems.map((problem) => ({ ...problem, file: problem.file.slice(folder.length + 1) }));
}

describe('loadPersonas', () => {
  it('fills in every default', async () => {
    const personas = await loadPersonas(folderOf({ 'rook.yaml': 'name: Rook\n' }));
    expect(personas.find('rook')).toEqual({
      id: 'rook',
      name: 'Rook',
      description: '',
      scenario: '',
      instructions: '',
      greeting: '',
      examples: '',
      sampling: DEFAULT_SAMPLING,
      thinking: 'off',
      template: 'auto',
      layout: 'auto',
      backend: 'default',
      rating: 'general',
      triggers: { mention: true, reply: true, name: true, always: false, chance: 0 },
      knowledge: [],
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('takes the whole example of the design', async () => {
    const file = [
      'name: Rook',
      'description: A barista who has seen it all.',
      'instructions: |\n  You are {{char}}, a gruff barista ...',
      'greeting: "{{user}}. The usual?"',
      'examples: |\n  <START>\n  {{user}}: Hi',
      'sampling: { temperature: 0.9, maxTokens: 300, topP: 0.95, topK: 40, repeatPenalty: 1.1, frequencyPenalty: 0, presencePenalty: 0, stop: ["\\n{{user}}:"] }',
      'thinking: off\ntemplate: auto\nlayout: auto\nbackend: default\nrating: general',
      'triggers: { mention: true, reply: true, name: true, always: false, chance: 0 }',
      'knowledge: [rules.md]\navatar: https://example.org/rook.png\n',
    ].join('\n');
    const rook = (await loadPersonas(folderOf({ 'rook.yaml': file }))).find('ROOK');
    expect(rook).toMatchObject({ thinking: 'off', sampling: { topK: 40, stop: ['\n{{user}}:'] }, knowledge: ['rules.md'] });
  });

  it('finds by name or id in any case, and lists by id', async () => {
    const folder = folderOf({ 'b.yaml': 'name: 하루', 'a.yaml': 'name: Captain Vane', 'notes.md': '# no persona' });
    const personas = await loadPersonas(folder);
    expect(personas.all().map(({ id }) => id)).toEqual(['a', 'b']);
    expect(personas.find(' captain vane ')?.id).toBe('a');
    expect(personas.find('하루'.normalize('NFD'))?.id).toBe('b');
    expect(personas.find('nobody')).toBeUndefined();
  });

  it('reads files with a byte-order mark and Windows line ends', async () => {
    const personas = await loadPersonas(folderOf({ 'rook.yaml': '\uFEFFname: Rook\r\ninstructions: |\r\n  one\r\n  two\r\n' }));
    expect(personas.find('Rook')?.instructions).toBe('one\ntwo\n');
  });

  it('gives the same hash for the same content in another order, and another one for any change', async () => {
    const hashOf = async (file: string) => (await loadPersonas(folderOf({ 'a.yaml': file }))).find('a')?.hash;
    const hash = await hashOf('name: A\nsampling: { topK: 3, topP: 0.5 }');
    expect(await hashOf('sampling: { topP: 0.5, topK: 3 }\nname: "A"')).toBe(hash);
    expect(await hashOf('name: A\nsampling: { topK: 4, topP: 0.5 }')).not.toBe(hash);
  });
});

describe('what is wrong with persona files', () => {
  it('is told all at once, with file and line and what was expected', async () => {
    const problems = await problemsOf({
      'a.yaml': 'name: A\ninstrutions: hi\nsampling:\n  temperature: warm\n  topk: 40\n  topP: 3\nlayout: chatty\n',
      'b.yaml': 'name: [1, 2\n',
      'c.yaml': 'description: nameless\ntriggers:\n  chance: yes\nknowledge:\n  - rules.md\n  - 7\ngreeting:\n',
    });
    expect(problems).toEqual([
      { file: 'a.yaml', line: 2, path: 'instrutions', message: 'is an unknown key; did you mean "instructions"?' },
      { file: 'a.yaml', line: 4, path: 'sampling.temperature', message: 'expected a number, found "warm"' },
      { file: 'a.yaml', line: 5, path: 'sampling.topk', message: 'is an unknown key; did you mean "topK"?' },
      { file: 'a.yaml', line: 6, path: 'sampling.topP', message: 'expected 1 or less, found 3' },
      { file: 'a.yaml', line: 7, path: 'layout', message: 'expected auto, chat, folded or transcript, found "chatty"' },
      { file: 'b.yaml', line: 2, message: expect.stringMatching(/^is not valid YAML: /) },
      { file: 'c.yaml', line: 1, path: 'name', message: 'is missing; expected a text' },
      { file: 'c.yaml', line: 3, path: 'triggers.chance', message: 'expected a number, found "yes"' },
      { file: 'c.yaml', line: 6, path: 'knowledge[1]', message: 'expected a text, found 7' },
      { file: 'c.yaml', line: 7, path: 'greeting', message: 'is empty; expected a text, or leave the key out' },
    ]);
  });

  it('includes keys written twice and more than one document', async () => {
    expect(await problemsOf({ 'a.yaml': 'name: A\nname: B\n' })).toMatchObject([{ file: 'a.yaml', line: 2 }]);
    expect(await problemsOf({ 'a.yaml': 'name: A\n---\nname: B\n' })).toMatchObject([{ file: 'a.yaml', line: 2 }]);
  });

  it('includes files that are no map, or empty', async () => {
    const message = (found: string) => `expected keys with values, found ${found}`;
    expect(await problemsOf({ 'a.yaml': '- name: A\n' })).toEqual([{ file: 'a.yaml', line: 1, message: message('a list') }]);
    expect(await problemsOf({ 'a.yaml': 'hello' })).toEqual([{ file: 'a.yaml', line: 1, message: message('"hello"') }]);
    expect(await problemsOf({ 'a.yaml': '' })).toMatchObject([
      { file: 'a.yaml', message: 'is empty; expected keys with values, at least name' },
    ]);
  });

  it('includes names that cannot stand before what is said', async () => {
    for (const name of ['""', '"a: b"', '"two\\nlines"', '"<|im_end|>"']) {
      expect(await problemsOf({ 'a.yaml': `name: ${name}\n` })).toMatchObject([{ file: 'a.yaml', line: 1, path: 'name' }]);
    }
  });

  it('includes names and ids that are taken', async () => {
    const problems = await problemsOf({ 'a.yaml': 'name: Rook', 'b.yaml': '# one\nname: rook', 'c.yaml': 'name: A' });
    expect(problems).toMatchObject([
      { file: 'b.yaml', line: 2, path: 'name', message: expect.stringMatching(/"rook" is taken: .*a\.yaml/) },
      { file: 'c.yaml', line: 1, path: 'name', message: expect.stringMatching(/"A" is taken: .*a\.yaml/) },
    ]);
  });

  it('includes files with another ending, an impossible name or another encoding', async () => {
    const problems = await problemsOf({
      'a.yml': 'name: A',
      'b.YAML': 'name: B',
      'my persona.yaml': 'name: C',
      'd.yaml': Buffer.from('\uFEFFname: D', 'utf16le'),
      'e.yaml': Buffer.from([0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0xe9, 0x0a]),
    });
    expect(problems).toEqual([
      { file: 'a.yml', message: 'expected the ending .yaml, found .yml: rename the file' },
      { file: 'b.YAML', message: 'expected the ending .yaml, found .YAML: rename the file' },
      { file: 'd.yaml', message: expect.stringContaining('UTF-8') },
      { file: 'e.yaml', message: expect.stringContaining('UTF-8') },
      { file: 'my persona.yaml', message: expect.stringContaining('expected a file name of letters') },
    ]);
  });

  it('includes a folder that is empty or missing', async () => {
    expect(await problemsOf({ 'notes.md': '' })).toMatchObject([{ message: expect.stringContaining('holds no persona') }]);
    const missing = join(folderOf({}), 'absent');
    await expect(loadPersonas(missing)).rejects.toThrow(/absent: the folder of personas cannot be read/);
  });

  it('includes a bomb of aliases', async () => {
    const bomb = `name: A\nknowledge: [&a [x,x,x,x,x,x,x,x,x], &b [*a,*a,*a,*a,*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b,*b,*b,*b,*b], [*c,*c,*c,*c,*c]]\n`;
    expect(await problemsOf({ 'a.yaml': bomb })).toMatchObject([{ file: 'a.yaml', message: expect.stringMatching(/alias/i) }]);
  });
});

it('a set knows where a field is written: in the file itself, or in the parent it is from', async () => {
  const folder = folderOf({ 'a.yaml': 'name: A\n\nbackend: far\n', 'b.yaml': 'extends: a\nname: B\n' });
  const { placeOf } = await loadPersonas(folder);
  expect(placeOf?.('b', 'backend')).toEqual({ file: join(folder, 'a.yaml'), line: 3, path: 'backend' });
  expect(placeOf?.('b', 'name')).toEqual({ file: join(folder, 'b.yaml'), line: 2, path: 'name' });
});

describe('the personas that ship', () => {
  it('load, and speak for themselves', async () => {
    const personas = await loadPersonas(fileURLToPath(new URL('../../personas', import.meta.url)));
    expect(personas.all().map(({ id }) => id)).toEqual(['captain', 'haru', 'host', 'marlow', 'rook', 'sunny']);
    for (const persona of personas.all()) {
      expect(persona.description).not.toBe('');
      expect(persona.greeting).not.toBe('');
      expect(persona.instructions.trim().split('\n').length).toBeGreaterThanOrEqual(6);
      expect(persona.sampling).not.toEqual(DEFAULT_SAMPLING);
    }
    expect(personas.find('haru')?.instructions).toMatch(/[가-힣]/);
  });
});
