import type { Channel } from 'discord.js';

/** The id of a Discord channel among all venues. */
export function venueChannelId(channelId: string): string {
  return `discord-${channelId}`;
}

/** A thread is as restricted as the channel it hangs on; a direct message never counts as restricted. */
export function isAgeRestricted(channel: Channel | null): boolean {
  if (channel === null) return false;
  if (channel.isThread()) return channel.parent?.nsfw ?? false;
  return 'nsfw' in channel && channel.nsfw;
}

/** The ids of a channel and of what it stands in: the channel of a thread, the category, the server. */
export function placeIds(channel: Channel | null): (string | null | undefined)[] {
  if (channel === null || channel.isDMBased()) return [channel?.id];
  const parent = channel.isThread() ? channel.parent?.parentId : undefined;
  return [channel.id, channel.parentId, parent, channel.guildId];
}
