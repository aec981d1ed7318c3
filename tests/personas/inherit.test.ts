import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { loadPersonas } from '../../src/personas/load-personas.ts';
import { folderOf } from './folder.ts';

const barista = [
  'name: Barista',
  'instructions: |\n  You make coffee.',
  'greeting: Welcome.',
  'scenario: A café.',
  'sampling: { temperature: 0.5, topK: 20, stop: [a] }',
  'triggers: { name: false, chance: 0.5 }',
  'knowledge: [menu.md]',
  'thinking: low',
].join('\n');

async function problemsOf(files: Record<string, string>): Promise<string[]> {
  const error: unknown = await loadPersonas(folderOf(files)).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error('no ConfigError was thrown');
  return error.problems.map(({ file, line, path, message }) => `${file.slice(-6)}:${line} ${path} ${message}`);
}

describe('extends', () => {
  it('takes from the parent what the child does not say, and merges maps key by key', async () => {
    const rook =
      'name: Rook\nextends: barista\ninstructions: Be gruff.\nsampling: { topK: 40, stop: [b] }\ntriggers: { name: true }\n';
    const personas = await loadPersonas(folderOf({ 'barista.yaml': barista, 'rook.yaml': rook }));
    expect(personas.find('rook')).toMatchObject({
      name: 'Rook',
      instructions: 'Be gruff.',
      greeting: 'Welcome.',
      scenario: 'A café.',
      sampling: { temperature: 0.5, topK: 40, stop: ['b'], maxTokens: 300 },
      triggers: { name: true, chance: 0.5, mention: true },
      knowledge: ['menu.md'],
      thinking: 'low',
    });
  });

  it('merges the maps in sampling key by key, before what nobody says is filled in', async () => {
    const parent = [
      'name: A',
      'sampling:',
      '  dry: { multiplier: 0.8, base: 2, breakers: ["\\n"] }',
      '  xtc: { probability: 0.5 }',
      '  logitBias: { " tea": 4, " oh": false }',
    ].join('\n');
    const child =
      'name: B\nextends: a\nsampling: { dry: { allowedLength: 5 }, xtc: { threshold: 0.2 }, logitBias: { " tea": -1 } }';
    const personas = await loadPersonas(folderOf({ 'a.yaml': parent, 'b.yaml': child }));
    expect(personas.find('a')?.sampling).toMatchObject({
      dry: { base: 2, allowedLength: 2, range: 0 },
      xtc: { threshold: 0.1 },
    });
    expect(personas.find('b')?.sampling).toMatchObject({
      dry: { multiplier: 0.8, base: 2, allowedLength: 5, range: 0, breakers: ['\n'] },
      xtc: { probability: 0.5, threshold: 0.2 },
      logitBias: { ' tea': -1, ' oh': false },
    });
  });

  it('puts the parent’s text where {{super}} stands, over several generations', async () => {
    const personas = await loadPersonas(
      folderOf({
        'a.yaml': barista,
        'b.yaml': 'name: B\nextends: barista\ninstructions: "{{super}} You grumble."\ngreeting: "{{SUPER}} Sit."\n',
        'c.yaml': 'name: C\nextends: b\ninstructions: "First. {{ super }} Last. {{char}}"\nexamples: "{{super}}none above"\n',
      }),
    );
    expect(personas.find('c')?.instructions).toBe('First. You make coffee. You grumble. Last. {{char}}');
    expect(personas.find('b')?.greeting).toBe('Welcome. Sit.');
    expect(personas.find('c')?.examples).toBe('none above');
  });

  it('of an unknown persona is a problem, with the one that was meant', async () => {
    expect(await problemsOf({ 'a.yaml': barista, 'b.yaml': 'name: B\n\nextends: barrista' })).toEqual([
      'b.yaml:3 extends there is no persona "barrista"; did you mean "barista"?',
    ]);
    expect(await problemsOf({ 'a.yaml': 'name: A\nextends: somebody-else' })).toEqual([
      'a.yaml:2 extends there is no persona "somebody-else"; name a persona of this folder',
    ]);
  });

  it('in a circle is a problem of each persona in it, told once', async () => {
    const files = {
      'a.yaml': 'name: A\nextends: b',
      'b.yaml': 'name: B\nextends: a',
      'c.yaml': 'name: C\nextends: a',
      'd.yaml': 'name: D\nextends: d',
    };
    expect(await problemsOf(files)).toEqual([
      'a.yaml:2 extends goes round in a circle: a → b → a',
      'b.yaml:2 extends goes round in a circle: b → a → b',
      'd.yaml:2 extends goes round in a circle: d → d',
    ]);
  });

  it('of a broken persona adds no problem of its own', async () => {
    const problems = await problemsOf({ 'a.yaml': 'name: A\nlayout: x', 'b.yaml': 'name: B\nextends: a' });
    expect(problems).toEqual([expect.stringContaining('a.yaml:2 layout')]);
  });

  it('is followed also where other fields of the file are wrong', async () => {
    const files = {
      'a.yaml': 'extends: nobody\nname: A\nlayout: x',
      'b.yaml': 'name: B\nnonsense: 1\nextends: c',
      'c.yaml': 'name: C\nextends: b',
    };
    expect(await problemsOf(files)).toEqual([
      'a.yaml:1 extends there is no persona "nobody"; name a persona of this folder',
      expect.stringContaining('a.yaml:3 layout'),
      expect.stringContaining('b.yaml:2 nonsense'),
      'b.yaml:3 extends goes round in a circle: b → c → b',
      'c.yaml:2 extends goes round in a circle: c → b → c',
    ]);
  });

  it('is needed for {{super}}', async () => {
    expect(await problemsOf({ 'a.yaml': 'name: A\ninstructions: "{{super}} x"' })).toEqual([
      expect.stringContaining('a.yaml:2 instructions has {{super}}'),
    ]);
  });
});
