import type { Guild } from './world.ts';

const ADMINISTRATOR = 1n << 3n;
/** What @everyone may do in a new server, as far as a bot that talks is concerned. */
const EVERYONE = [6n, 10n, 11n, 14n, 15n, 16n, 18n, 31n, 35n, 38n].reduce((sum, bit) => sum | (1n << bit), 0n);
const ALL = (1n << 53n) - 1n;

export const rolePermissions = { everyone: EVERYONE.toString(), administrator: ADMINISTRATOR.toString() };

/** The bits of a member in every channel of the guild; an owner or administrator has all of them. */
export function permissionsOf(guild: Guild, userId: string): bigint {
  const member = guild.members.get(userId);
  if (member === undefined) throw new Error(`User ${userId} is no member of guild ${guild.id}.`);
  const mayAll = guild.ownerId === userId || member.roleIds.includes(guild.administratorRoleId);
  return mayAll ? ALL : EVERYONE;
}
