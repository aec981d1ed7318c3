import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const source = path.join(root, 'src');

type SourceFile = { name: string; text: string; imports: string[] };

/** `from '…'` and `import('…')`, types included: a type is a dependency as well. */
const IMPORT = /(?:\bfrom\s+|\bimport\s+|\bimport\()\s*'([^']+)'/g;

function sourceFiles(): SourceFile[] {
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.map((name) => {
    const text = readFileSync(path.join(source, name), 'utf8');
    return { name: name.split(path.sep).join('/'), text, imports: [...text.matchAll(IMPORT)].map((found) => found[1] ?? '') };
  });
}

const files = sourceFiles();

/** The room a file stands in: its first folder, or its own name at the top. `config/` belongs to config.ts. */
function roomOf(name: string): string {
  const first = name.split('/')[0] ?? name;
  return first.replace(/\.ts$/, '');
}

const GROUND = ['chat', 'errors', 'log'];
const MAY_IMPORT: Record<string, readonly string[]> = {
  chat: [],
  errors: [],
  log: ['errors'],
  personas: GROUND,
  prompt: ['personas', ...GROUND],
  backends: GROUND,
  memory: GROUND,
  safety: GROUND,
  bot: ['prompt', 'personas', 'backends', 'memory', 'safety', ...GROUND],
  config: ['backends', 'personas', ...GROUND],
  cli: ['config', 'bot', 'prompt', 'personas', 'backends', 'memory', 'safety', ...GROUND],
  main: ['cli', ...GROUND],
};

const ONLY_IN: Record<string, RegExp> = {
  'discord.js': /^bot\/discord\//,
  'node-llama-cpp': /^backends\/llama\//,
  openai: /^backends\/openai\//,
  keyv: /^memory\//,
  'node:sqlite': /^memory\//,
  '@huggingface/jinja': /^prompt\//,
  pino: /^log\.ts$/,
  commander: /^(main\.ts$|cli\/)/,
};

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : specifier.startsWith('node:') ? specifier : (parts[0] ?? '');
}

describe('the architecture', () => {
  it('has source files to look at', () => {
    expect(files.length).toBeGreaterThan(50);
    expect([...new Set(files.map((file) => roomOf(file.name)))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('imports in one direction only', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith('.') && specifier.endsWith('.ts'))
        .map((specifier) => path.posix.join(path.posix.dirname(file.name), specifier))
        .filter((target) => roomOf(target) !== roomOf(file.name) && !MAY_IMPORT[roomOf(file.name)]?.includes(roomOf(target)))
        .map((target) => `${file.name} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps each vendor behind its own door', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .map(packageOf)
        .filter((name) => ONLY_IN[name] && !ONLY_IN[name].test(file.name))
        .map((name) => `${file.name} → ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('reads the environment in config only', () => {
    expect(files.filter((file) => /process\.env\b/.test(file.text)).map((file) => roomOf(file.name))).not.toContainEqual(
      expect.not.stringMatching(/^config$/),
    );
  });

  it('asks for a backend’s kind in create-backend.ts and the settings only', () => {
    const asking = files
      .filter((file) => /\.kind\s*===\s*'(openai|llama)'|case '(openai|llama)':/.test(file.text))
      .map(({ name }) => name);
    expect(asking.filter((name) => name !== 'backends/create-backend.ts')).toEqual([]);
  });

  it('has no file over 300 lines, no barrel and no room without a purpose', () => {
    expect(files.filter((file) => file.text.split('\n').length > 301).map(({ name }) => name)).toEqual([]);
    expect(files.filter((file) => /(^|\/)index\.ts$/.test(file.name)).map(({ name }) => name)).toEqual([]);
    const vague = /(^|\/)(utils?|helpers?|common|services?|managers?|types)(\/|\.ts$)/;
    expect(files.filter((file) => vague.test(file.name)).map(({ name }) => name)).toEqual([]);
  });

  it('names every file of src, or its folder, in ARCHITECTURE.md', () => {
    const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
    const missing = files.filter((file) => !page.includes(path.posix.basename(file.name)));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
