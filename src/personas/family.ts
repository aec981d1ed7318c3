import type { Problem } from '../errors.ts';
import { closest } from './closest.ts';
import { INHERITABLE_TEXTS, inherit, resolvePersona } from './inherit.ts';
import { asksForSuper } from './macros.ts';
import type { Persona, PersonaFile } from './persona.ts';
import type { YamlFile } from './read-yaml.ts';

/** A persona as its file says it. Without a value the file is broken, and its problems say why. */
export type WrittenPersona = YamlFile<PersonaFile> & { id: string; file: string };

/**
 * Resolves all personas of a folder together: who extends whom, which names are taken. Only what is whole is resolved; what hangs
 * on a broken file is left out without a problem of its own, for that file has been told of.
 */
export function resolveFamily(written: readonly WrittenPersona[]): { personas: Persona[]; problems: Problem[] } {
  const byWord = new Map<string, WrittenPersona>();
  const problems: Problem[] = [];
  for (const persona of written) problems.push(...claimWords(persona, byWord));
  const personas: Persona[] = [];
  for (const persona of written) {
    if (!persona.value) continue;
    const line = lineage(persona, byWord);
    problems.push(...line.problems);
    if (line.whole) personas.push(resolvePersona(persona.id, line.whole));
  }
  return { personas, problems };
}

function claimWords(persona: WrittenPersona, byWord: Map<string, WrittenPersona>): Problem[] {
  const name = persona.value?.name ?? persona.id;
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

type Lineage = { whole?: PersonaFile; problems: Problem[] };

/** A persona written out in full, or what keeps it from being so. */
function lineage(persona: WrittenPersona, byWord: ReadonlyMap<string, WrittenPersona>): Lineage {
  const chain = [persona];
  for (let child = persona; child.value?.extends !== undefined; ) {
    const parent = byWord.get(wordFor(child.value.extends));
    if (!parent) return { problems: child === persona ? [unknownParent(persona, byWord)] : [] };
    if (!parent.value) return { problems: [] };
    if (chain.includes(parent)) return { problems: parent === persona ? [circle(persona, chain)] : [] };
    chain.push(parent);
    child = parent;
  }
  const problems = persona.value?.extends === undefined ? strayMacros(persona) : [];
  const [oldest, ...younger] = chain.flatMap((member) => (member.value ? [member.value] : [])).reverse();
  return { problems, ...(oldest ? { whole: younger.reduce(inherit, oldest) } : {}) };
}

function unknownParent(persona: WrittenPersona, byWord: ReadonlyMap<string, WrittenPersona>): Problem {
  const wanted = persona.value?.extends ?? '';
  const meant = closest(wanted, [...byWord.keys()]);
  const hint = meant === undefined ? 'name a persona of this folder' : `did you mean "${meant}"?`;
  return problemAt(persona, 'extends', `there is no persona "${wanted}"; ${hint}`);
}

function circle(persona: WrittenPersona, chain: readonly WrittenPersona[]): Problem {
  const ids = [...chain, persona].map(({ id }) => id).join(' → ');
  return problemAt(persona, 'extends', `goes round in a circle: ${ids}`);
}

function strayMacros(persona: WrittenPersona): Problem[] {
  return INHERITABLE_TEXTS.filter((field) => asksForSuper(persona.value?.[field] ?? '')).map((field) =>
    problemAt(
      persona,
      field,
      'has {{super}}, the text of a parent, but this persona extends none: take it out, or add extends',
    ),
  );
}

function problemAt(persona: WrittenPersona, path: string, message: string): Problem {
  const line = persona.lineOf([path]);
  return { file: persona.file, ...(line === undefined ? {} : { line }), path, message };
}

/** What a name or id is looked up by. */
export function wordFor(nameOrId: string): string {
  return nameOrId.normalize().trim().toLowerCase();
}
