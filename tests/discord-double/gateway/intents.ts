import type { World } from '../world/world.ts';

/** Bits of IDENTIFY's `intents`. */
export const intents = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildPresences: 1 << 8,
  guildMessages: 1 << 9,
  directMessages: 1 << 12,
  messageContent: 1 << 15,
} as const;

const KNOWN = (1 << 26) - 1;

/** The close code with which Discord refuses these intents, or undefined when it takes them. */
export function refuseIntents(wanted: unknown, privileged: World['privileged']): number | undefined {
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 0 || (wanted & ~KNOWN) !== 0) return 4013;
  const forbidden =
    (privileged.messageContent ? 0 : intents.messageContent) |
    (privileged.guildMembers ? 0 : intents.guildMembers) |
    (privileged.presences ? 0 : intents.guildPresences);
  return (wanted & forbidden) === 0 ? undefined : 4014;
}
