import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { personaSchema } from '../../src/personas/persona.ts';
import { personaSchemaText } from '../../src/personas/persona-schema.ts';
import { DEFAULT_SAMPLING, DIALS, samplingSchema } from '../../src/personas/sampling.ts';

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8').replaceAll('\r\n', '\n');

it('the committed JSON Schema is the generated one: `npm run schema` writes it', () => {
  expect(read('personas/persona.schema.json')).toBe(personaSchemaText());
});

it('describes every field, and needs only the name', () => {
  const schema: unknown = JSON.parse(personaSchemaText());
  const described = z.object({
    additionalProperties: z.literal(false),
    required: z.tuple([z.literal('name')]),
    properties: z.record(z.string(), z.object({ description: z.string().min(10) })),
  });
  const { properties } = described.parse(schema);
  expect(Object.keys(properties).toSorted()).toEqual(Object.keys(personaSchema.shape).toSorted());
});

it('the tables of docs/personas.md name every field and every dial, with their defaults', () => {
  const rows = read('docs/personas.md').matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm);
  const documented = new Map(Array.from(rows, ([, field = '', standard = '']) => [field, standard.trim()]));
  const fields = [...Object.keys(personaSchema.shape), ...Object.keys(samplingSchema.shape)];
  expect([...documented.keys()].toSorted()).toEqual(fields.toSorted());
  for (const { name, min, max } of DIALS) {
    const row = `| \`${name}\` | ${DEFAULT_SAMPLING[name] ?? 'none'} | ${min} to ${max} |`;
    expect(read('docs/personas.md')).toContain(row);
  }
  const { dry, xtc } = samplingSchema.parse({ dry: {}, xtc: {} });
  for (const [dial, keys] of Object.entries({ dry, xtc })) {
    expect(documented.get(dial)).toBe('off');
    for (const [key, value] of Object.entries(keys ?? {})) {
      const shown = Array.isArray(value) ? value.map((text) => `\`${JSON.stringify(text)}\``).join(' ') : value;
      expect(read('docs/personas.md')).toContain(`| \`${dial}.${key}\` | ${shown} |`);
    }
  }
  expect(documented.get('logitBias')).toBe('none');
  const defaults = personaSchema.parse({ name: 'x' });
  for (const [field, value] of Object.entries(defaults)) {
    if (typeof value === 'string' && value !== '' && field !== 'name') expect(documented.get(field)).toBe(`\`${value}\``);
  }
});

it('every persona that ships points editors to the schema', () => {
  for (const id of ['captain', 'haru', 'host', 'marlow', 'rook', 'sunny']) {
    expect(read(`personas/${id}.yaml`)).toMatch(/^# yaml-language-server: \$schema=\.\/persona\.schema\.json\n/);
  }
});
