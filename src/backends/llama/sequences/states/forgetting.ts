import type { Sidecar } from './folder/sidecar.ts';

/** Whose a state is, and the session that it was made in where that is known and not the owner's. */
export type Belonging = Pick<Sidecar, 'owner' | 'from'>;

/**
 * Of all states, those that may hold what was said in the sessions: theirs, and what is shared by a persona that spoke there. Of a
 * session whose states are gone already nobody knows who spoke there: it takes everything shared with it that may be its own.
 */
export function statesOfSessions<State extends Belonging>(states: readonly State[], sessions: ReadonlySet<string>): State[] {
  const own = states.filter(({ owner }) => owner.session !== undefined && sessions.has(owner.session));
  const personas = new Set(own.map(({ owner }) => owner.persona));
  const known = new Set(own.map(({ owner }) => owner.session));
  const someUnknown = known.size < sessions.size;
  const shared = states.filter(({ owner, from }) => {
    if (owner.session !== undefined) return false;
    if (personas.has(owner.persona)) return true;
    return from === undefined ? someUnknown : sessions.has(from);
  });
  return [...own, ...shared];
}
