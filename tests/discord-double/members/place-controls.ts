import { type Gateway, guildEvent } from '../gateway/gateway.ts';
import { intents } from '../gateway/intents.ts';
import { channelPayload, memberPayload, userPayload } from '../world/payloads.ts';
import type { World } from '../world/world.ts';

/** Servers, channels and people, as a test sets them up. */
export function placeControls(world: World, gateway: Gateway) {
  return {
    addGuild({ name = 'the playhouse', ownerId }: { name?: string; ownerId?: string } = {}): string {
      const guild = world.addGuild(name, ownerId);
      gateway.dispatch(guildEvent(world, guild.id, intents.guilds));
      return guild.id;
    },
    addChannel(
      guildId: string,
      { name = 'stage', nsfw = false, type = 0 }: { name?: string; nsfw?: boolean; type?: number } = {},
    ): string {
      world.guild(guildId);
      const channel = world.addChannel({ type, name, nsfw, guildId, recipientId: undefined });
      gateway.dispatch({
        type: 'CHANNEL_CREATE',
        intents: intents.guilds,
        guildId,
        data: () => channelPayload(world, channel),
      });
      return channel.id;
    },
    addMember(
      guildId: string,
      { name, bot = false, administrator = false }: { name: string; bot?: boolean; administrator?: boolean },
    ): string {
      const guild = world.guild(guildId);
      const user = world.addUser(name, bot);
      const member = world.addMember(guild, user.id, administrator);
      const data = () => ({ ...memberPayload(member), user: userPayload(user), guild_id: guildId });
      gateway.dispatch({ type: 'GUILD_MEMBER_ADD', intents: intents.guildMembers, guildId, data });
      return user.id;
    },
    openDirectMessage: (userId: string): string => world.directMessage(userId).id,
    /** When the bot showed that it types, ms since the epoch. */
    typing: (channelId: string): readonly number[] => world.typing.get(channelId) ?? [],
  };
}
