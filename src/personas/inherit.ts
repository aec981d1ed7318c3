import { createHash } from 'node:crypto';
import { expandMacros } from './macros.ts';
import { type Persona, type PersonaFile, personaSchema } from './persona.ts';
import { layOver, resolveSampling } from './sampling.ts';

/** The texts in which `{{super}}` stands for the parent's text of the same field. */
export const INHERITABLE_TEXTS = ['description', 'scenario', 'instructions', 'greeting', 'examples'] as const;

function inheritText(text: string, parent: string | undefined): string {
  return expandMacros(text, { super: (parent ?? '').trimEnd() });
}

/**
 * The child as if it had been written out in full: what it does not say is the parent's, `sampling` (with the maps in it) and
 * `triggers` merge key by key, and `{{super}}` is the parent's text. The parent must itself be written out already.
 */
export function inherit(parent: PersonaFile, child: PersonaFile): PersonaFile {
  const merged: PersonaFile = {
    ...parent,
    ...child,
    sampling: layOver(parent.sampling ?? {}, child.sampling ?? {}),
    triggers: { ...parent.triggers, ...child.triggers },
  };
  for (const field of INHERITABLE_TEXTS) {
    const text = child[field];
    if (text !== undefined) merged[field] = inheritText(text, parent[field]);
  }
  return merged;
}

/** Fills in the defaults. The file must have been inherited and checked before. */
export function resolvePersona(id: string, file: PersonaFile): Persona {
  const { extends: _parent, avatar, sampling, ...fields } = personaSchema.parse(file);
  const content = { id, ...fields, sampling: resolveSampling(sampling), ...(avatar === undefined ? {} : { avatar }) };
  return { ...content, hash: hashOf(content) };
}

function hashOf(content: object): string {
  return createHash('sha256')
    .update(JSON.stringify(inKeyOrder(content)))
    .digest('hex')
    .slice(0, 16);
}

/** The same value with the keys of every object sorted: what a persona is does not depend on how its file is ordered. */
function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inKeyOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inKeyOrder(inner)]));
}
