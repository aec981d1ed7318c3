import { rolePermissions } from './permissions.ts';
import type { Channel, Guild, Member, User, World } from './world.ts';

export type Payload = Record<string, unknown>;

export function userPayload(user: User): Payload {
  return {
    id: user.id,
    username: user.name.toLowerCase(),
    discriminator: user.bot ? '0001' : '0',
    global_name: user.bot ? null : user.name,
    avatar: null,
    bot: user.bot,
    public_flags: 0,
    flags: 0,
    primary_guild: null,
  };
}

export function memberPayload(member: Member): Payload {
  return {
    nick: null,
    avatar: null,
    roles: member.roleIds,
    joined_at: new Date(member.joinedAt).toISOString(),
    premium_since: null,
    deaf: false,
    mute: false,
    flags: 0,
    pending: false,
    communication_disabled_until: null,
  };
}

export function channelPayload(world: World, channel: Channel): Payload {
  if (channel.recipientId !== undefined) {
    const recipients = [userPayload(world.user(channel.recipientId))];
    return { id: channel.id, type: channel.type, last_message_id: null, flags: 0, recipients };
  }
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    nsfw: channel.nsfw,
    position: 0,
    topic: null,
    parent_id: null,
    last_message_id: null,
    permission_overwrites: [],
    rate_limit_per_user: 0,
    flags: 0,
  };
}

function rolePayload(id: string, name: string, permissions: string): Payload {
  const colours = { primary_color: 0, secondary_color: null, tertiary_color: null };
  return {
    id,
    name,
    permissions,
    color: 0,
    colors: colours,
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: 0,
    managed: false,
    mentionable: false,
    flags: 0,
  };
}

/** The guild as REST gives it, without its channels and members. */
export function guildPayload(guild: Guild): Payload {
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    icon: null,
    splash: null,
    discovery_splash: null,
    banner: null,
    description: null,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    vanity_url_code: null,
    premium_tier: 0,
    preferred_locale: 'en-US',
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    features: [],
    emojis: [],
    stickers: [],
    roles: [
      rolePayload(guild.id, '@everyone', rolePermissions.everyone),
      rolePayload(guild.administratorRoleId, 'keepers', rolePermissions.administrator),
    ],
  };
}

export function guildCreatePayload(world: World, guild: Guild): Payload {
  const members = [...guild.members.values()];
  return {
    ...guildPayload(guild),
    joined_at: new Date(world.now()).toISOString(),
    large: false,
    unavailable: false,
    member_count: members.length,
    members: members.map((member) => ({ ...memberPayload(member), user: userPayload(world.user(member.userId)) })),
    channels: guild.channelIds.map((id) => channelPayload(world, world.channel(id))),
    threads: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

const FLAG_PRESENCE_LIMITED = 1 << 13;
const FLAG_MEMBERS_LIMITED = 1 << 15;
const FLAG_MESSAGE_CONTENT_LIMITED = 1 << 19;

export function applicationFlags(world: World): number {
  const { messageContent, guildMembers, presences } = world.privileged;
  return (
    (messageContent ? FLAG_MESSAGE_CONTENT_LIMITED : 0) |
    (guildMembers ? FLAG_MEMBERS_LIMITED : 0) |
    (presences ? FLAG_PRESENCE_LIMITED : 0)
  );
}

export function applicationPayload(world: World): Payload {
  return {
    id: world.applicationId,
    name: 'Troupe',
    icon: null,
    description: '',
    type: null,
    bot: userPayload(world.bot),
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags: applicationFlags(world),
    flags_new: String(applicationFlags(world)),
    owner: userPayload([...world.users.values()].find((user) => !user.bot) ?? world.bot),
    team: null,
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    approximate_guild_count: world.guilds.size,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    eligible_oauth2_scopes: [],
    integration_types_config: { '0': {} },
  };
}
