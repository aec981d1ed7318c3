import { relative } from 'node:path';
import { lineInSettings } from '../../config/settings-file.ts';
import type { Config } from '../../config.ts';
import type { Problem } from '../../errors.ts';
import type { PersonaSet } from '../../personas/load-personas.ts';
import { checkPersonaReferences } from './check-references.ts';

/** Everything that is named somewhere and does not exist: personas, and what personas name (backends, templates, files). */
export function lostNames(
  config: Config,
  personas: PersonaSet,
  known: { defaultPersona: string; backends: readonly string[] },
): Problem[] {
  const there = personas.all().map(({ id }) => id);
  const lost = (name: string | undefined) => name !== undefined && !personas.find(name);
  const unknown = (name: string) => `there is no persona "${name}"; there are ${there.join(', ')}.`;
  return [
    ...(lost(known.defaultPersona) ? [{ file: 'TROUPE_PERSONA', message: unknown(known.defaultPersona) }] : []),
    ...Object.entries(config.channels)
      .filter(([, rule]) => lost(rule.persona))
      .map(([id, rule]) => ({ ...placeOf(config, ['channels', id, 'persona']), message: unknown(rule.persona ?? '') })),
    ...checkPersonaReferences(personas, { backends: known.backends, folder: config.places.folder }),
  ];
}

function placeOf({ places }: Config, place: readonly string[]): Pick<Problem, 'file' | 'line' | 'path'> {
  const line = lineInSettings(places.settingsFile, place);
  const file = relative(places.folder, places.settingsFile);
  return { file, ...(line !== undefined && { line }), path: place.join('.') };
}
