import type { Problem } from '../errors.ts';
import { closest } from './closest.ts';
import { INHERITABLE_TEXTS, inherit, resolvePersona } from './inherit.ts';
import { asksForSuper } from './macros.ts';
import type { Persona, PersonaFile } from './persona.ts';
import type { YamlFile } from './read-yaml.ts';

/** A persona as its file says it. Without a value the file is broken, and its problems say why. */
export type WrittenPersona = YamlFile<PersonaFile> & { id: string; file: string };

/** Where a field of a resolved persona is written: in its own file, or in that of the parent it is from. */
export type PlaceOf = (id: string, field: keyof PersonaFile) => Pick<Problem, 'file' | 'line' | 'path'> | undefined;

/**
 * Resolves all personas of a folder together: who extends whom, which names are taken. Only what is whole is resolved; what hangs
 * on a broken file is left out without a problem of its own, for that file has been told of.
 */
export function resolveFamily(written: readonly WrittenPersona[]): {
  personas: Persona[];
  problems: Problem[];
  placeOf: PlaceOf;
} {
  const byWord = new Map<string, WrittenPersona>();
  const problems: Problem[] = [];
  for (const persona of written) problems.push(...claimWords(persona, byWord));
  const personas: Persona[] = [];
  const chains = new Map<string, readonly WrittenPersona[]>();
  for (const persona of written) {
    const { chain, whole, problems: found } = lineage(persona, byWord);
    problems.push(...found);
    if (!whole) continue;
    chains.set(persona.id, chain);
    personas.push(resolvePersona(persona.id, whole));
  }
  return { personas, problems, placeOf: (id, field) => placeIn(chains.get(id) ?? [], field) };
}

function placeIn(chain: readonly WrittenPersona[], field: keyof PersonaFile): ReturnType<PlaceOf> {
  const member = chain.find(({ value }) => value?.[field] !== undefined) ?? chain[0];
  return member && placeAt(member, field);
}

/** A text of a file as far as it can be read, also where other fields are wrong. */
function textIn({ raw }: WrittenPersona, field: keyof PersonaFile): string | undefined {
  const text: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, field) : undefined;
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
}

function claimWords(persona: WrittenPersona, byWord: Map<string, WrittenPersona>): Problem[] {
  const name = textIn(persona, 'name')?.trim() ?? persona.id;
  const words = new Set([wordFor(persona.id), wordFor(name)]);
  const problems: Problem[] = [];
  for (const word of words) {
    const holder = byWord.get(word);
    if (!holder) {
      byWord.set(word, persona);
      continue;
    }
    problems.push(problemAt(persona, 'name', `"${name}" is taken: ${holder.file} has that name or file name already`));
    break;
  }
  return problems;
}

/** `chain`: the persona, its parent, the parent's parent ... */
type Lineage = { whole?: PersonaFile; chain: readonly WrittenPersona[]; problems: Problem[] };

/** A persona written out in full, or what keeps it from being so. */
function lineage(persona: WrittenPersona, byWord: ReadonlyMap<string, WrittenPersona>): Lineage {
  const chain = [persona];
  let parentName = textIn(persona, 'extends');
  for (let child = persona; parentName !== undefined; parentName = textIn(child, 'extends')) {
    const parent = byWord.get(wordFor(parentName));
    if (!parent) return { chain, problems: child === persona ? [unknownParent(persona, parentName, byWord)] : [] };
    if (chain.includes(parent)) return { chain, problems: parent === persona ? [circle(persona, chain)] : [] };
    chain.push(parent);
    child = parent;
  }
  const problems = chain.length === 1 ? strayMacros(persona) : [];
  const files = chain.flatMap((member) => (member.value ? [member.value] : []));
  const [oldest, ...younger] = files.length === chain.length ? files.reverse() : [];
  return { chain, problems, ...(oldest ? { whole: younger.reduce(inherit, oldest) } : {}) };
}

function unknownParent(persona: WrittenPersona, wanted: string, byWord: ReadonlyMap<string, WrittenPersona>): Problem {
  const meant = closest(wanted, [...byWord.keys()]);
  const hint = meant === undefined ? 'name a persona of this folder' : `did you mean "${meant}"?`;
  return problemAt(persona, 'extends', `there is no persona "${wanted}"; ${hint}`);
}

function circle(persona: WrittenPersona, chain: readonly WrittenPersona[]): Problem {
  const ids = [...chain, persona].map(({ id }) => id).join(' → ');
  return problemAt(persona, 'extends', `goes round in a circle: ${ids}`);
}

function strayMacros(persona: WrittenPersona): Problem[] {
  return INHERITABLE_TEXTS.filter((field) => asksForSuper(textIn(persona, field) ?? '')).map((field) =>
    problemAt(
      persona,
      field,
      'has {{super}}, the text of a parent, but this persona extends none: take it out, or add extends',
    ),
  );
}

function problemAt(persona: WrittenPersona, path: string, message: string): Problem {
  return { ...placeAt(persona, path), message };
}

function placeAt({ file, lineOf }: WrittenPersona, path: string): Pick<Problem, 'file' | 'line' | 'path'> {
  const line = lineOf([path]);
  return { file, ...(line === undefined ? {} : { line }), path };
}

/** What a name or id is looked up by. */
export function wordFor(nameOrId: string): string {
  return nameOrId.normalize().trim().toLowerCase();
}
