/** Ids of servers, channels, categories, roles and members. `deny` goes before `allow`; an `allow` that is left out admits everybody. */
export type Access = { allow?: readonly string[] | undefined; deny?: readonly string[] | undefined };

/** Whether something said may be heard, by all ids it came with: member, roles, channel, thread, category, server. */
export function admits(access: Access, ids: readonly (string | null | undefined)[]): boolean {
  const known = new Set(ids.filter((id): id is string => typeof id === 'string'));
  if (access.deny?.some((id) => known.has(id))) return false;
  return access.allow === undefined || access.allow.some((id) => known.has(id));
}
