import { Client, type GatewayIntentBits, Options, Partials } from 'discord.js';

/** How many members and users are kept at hand, per server and in all: enough for the names in a lively conversation. */
const PEOPLE_KEPT = 50;

/** Everything is rebuilt from the store and from the event itself, so hardly anything needs to be kept in memory. */
const CACHES = {
  AutoModerationRuleManager: 0,
  BaseGuildEmojiManager: 0,
  DMMessageManager: 0,
  GuildBanManager: 0,
  GuildEmojiManager: 0,
  GuildInviteManager: 0,
  GuildMemberManager: { maxSize: PEOPLE_KEPT, keepOverLimit: isOwnMember },
  GuildMessageManager: 0,
  GuildScheduledEventManager: 0,
  GuildStickerManager: 0,
  MessageManager: 0,
  PresenceManager: 0,
  ReactionManager: 0,
  ReactionUserManager: 0,
  StageInstanceManager: 0,
  ThreadMemberManager: 0,
  UserManager: { maxSize: PEOPLE_KEPT, keepOverLimit: isOwnUser },
  VoiceStateManager: 0,
};

/**
 * The discord.js client, not yet connected. Channels, servers and roles are kept whole because the library breaks without them;
 * nothing it sends pings anybody, and everything it creates carries an enforced nonce.
 */
export function createClient(apiUrl: string, intents: readonly GatewayIntentBits[]): Client {
  return new Client({
    intents,
    shards: 'auto', // a server belongs to one shard, and Discord says how many it wants
    partials: [Partials.Channel], // direct messages come from channels never seen before
    makeCache: Options.cacheWithLimits(CACHES),
    allowedMentions: { parse: [], repliedUser: false },
    failIfNotExists: false,
    enforceNonce: true,
    rest: { api: apiUrl },
  });
}

type OfClient = { id: string; client: { user: { id: string } | null } };

function isOwnMember(member: OfClient): boolean {
  return member.id === member.client.user?.id;
}

function isOwnUser(user: OfClient): boolean {
  return user.id === user.client.user?.id;
}
