import type { Config } from '../../config.ts';
import type { Problem } from '../../errors.ts';
import type { PersonaSet } from '../../personas/load-personas.ts';

/** Personas and backends that are named somewhere and do not exist. */
export function lostNames(
  config: Config,
  personas: PersonaSet,
  known: { defaultPersona: string; backends: readonly string[] },
): Problem[] {
  const there = personas.all().map(({ id }) => id);
  const lost = (name: string | undefined) => name !== undefined && !personas.find(name);
  const unknown = (name: string) => `there is no persona "${name}"; there are ${there.join(', ')}.`;
  const file = config.places.settingsFile;
  return [
    ...(lost(known.defaultPersona) ? [{ file: 'TROUPE_PERSONA', message: unknown(known.defaultPersona) }] : []),
    ...Object.entries(config.channels)
      .filter(([, rule]) => lost(rule.persona))
      .map(([id, rule]) => ({ file, path: `channels.${id}.persona`, message: unknown(rule.persona ?? '') })),
    ...personas
      .all()
      .filter(({ backend }) => !known.backends.includes(backend))
      .map(({ id, backend }) => ({
        file: `personas/${id}.yaml`,
        path: 'backend',
        message: `there is no backend "${backend}" in troupe.yaml; there are ${known.backends.join(', ')}.`,
      })),
  ];
}
