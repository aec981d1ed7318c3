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
  const json = await runTroupe(['persona', 'check', 'two.yaml', 'absent.yaml', '--json'], { folder });
  expect(json.code).toBe(78);
  expect(JSON.parse(json.stdout)).toMatchObject([{ file: 'absent.yaml' }, { file: 'two.yaml', line: 2, path: 'extends' }]);
});

it('prints the schema that lies beside the personas', async () => {
  const shipped = await readFile(path.join(import.meta.dirname, '..', '..', 'personas', 'persona.schema.json'), 'utf8');
  expect((await runTroupe(['persona', 'schema'], { folder: await makeFolder() })).stdout).toBe(shipped);
});
