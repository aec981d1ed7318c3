import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeProblem, messageOf, type Problem, TemplateError } from '../../errors.ts';
import type { PersonaSet } from '../../personas/load-personas.ts';
import type { Persona, PersonaFile } from '../../personas/persona.ts';
import { openTemplate } from '../../prompt/template.ts';

/** What personas may name. */
type Known = {
  /** the names of backends, where they can be told */
  backends: readonly string[] | 'unknown';
  /** the working directory, from which the files that a persona names are taken */
  folder: string;
};

/** Everything that a persona names and that is not there or cannot be used: its backend, its template, its files. */
export function checkPersonaReferences(personas: Pick<PersonaSet, 'all' | 'placeOf'>, known: Known): Problem[] {
  const problems = personas.all().flatMap((persona) =>
    complaints(persona, known).map(([field, message]) => ({
      ...(personas.placeOf?.(persona.id, field) ?? { file: `personas/${persona.id}.yaml`, path: field }),
      message,
    })),
  );
  // What children have from their parent is wrong in one place.
  return [...new Map(problems.map((problem) => [describeProblem(problem), problem])).values()];
}

function complaints({ backend, template, knowledge }: Persona, { backends, folder }: Known): [keyof PersonaFile, string][] {
  const found: [keyof PersonaFile, string][] = [];
  if (backends !== 'unknown' && !backends.includes(backend)) {
    found.push(['backend', `there is no backend "${backend}" in troupe.yaml; there are ${backends.join(', ')}.`]);
  }
  const templateFault = faultOf(template);
  if (templateFault !== undefined) found.push(['template', templateFault]);
  for (const file of knowledge) {
    const isFile = statSync(resolve(folder, file), { throwIfNoEntry: false })?.isFile() ?? false;
    if (!isFile) found.push(['knowledge', `there is no file ${file} in ${folder}, from where paths are taken.`]);
  }
  return found;
}

/** Parses the template and renders nothing: one that never ends would not come back. */
function faultOf(template: string): string | undefined {
  try {
    openTemplate(template);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return messageOf(error);
  }
}
