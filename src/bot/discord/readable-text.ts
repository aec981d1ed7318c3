/** What the ids in a message stand for. `undefined`: not known here. */
export type MentionNames = {
  user(id: string): string | undefined;
  role(id: string): string | undefined;
  channel(id: string): string | undefined;
};

/** The bot itself: its user id and the id of its own role in this server, when it has one. */
export type OwnIds = { user: string; role: string | undefined };

const USER = /<@!?(\d+)>/g;
const ROLE = /<@&(\d+)>/g;
const CHANNEL = /<#(\d+)>/g;
const EMOJI = /<a?(:\w+:)\d+>/g;
const COMMAND = /<(\/[^:<>]+):\d+>/g;
const LONGEST_NAME = 32;

/** A message as a person reads it: the bot's own mention taken out, every other id as its name. */
export function readableText(content: string, own: OwnIds, names: MentionNames): string {
  return withoutOwnMention(content, own)
    .replace(USER, (_mention, id: string) => `@${names.user(id) ?? 'somebody'}`)
    .replace(ROLE, (_mention, id: string) => `@${names.role(id) ?? 'a role'}`)
    .replace(CHANNEL, (_mention, id: string) => `#${names.channel(id) ?? 'a channel'}`)
    .replace(EMOJI, '$1')
    .replace(COMMAND, '$1')
    .trim();
}

/** Whether the content itself calls the bot, by name or by its own role; @everyone and @here do not. */
export function callsBot(content: string, own: OwnIds): boolean {
  return ownMention(own).test(content);
}

/** A display name that can stand in a `Name: text` line without looking like another line, role or token. */
export function cleanName(...candidates: readonly (string | null | undefined)[]): string {
  for (const candidate of candidates) {
    const clean = (candidate ?? '')
      .replace(/[^\p{L}\p{M}\p{N} _.-]+/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (clean !== '') return [...clean].slice(0, LONGEST_NAME).join('').trim();
  }
  return 'member';
}

function withoutOwnMention(content: string, own: OwnIds): string {
  return content.replace(new RegExp(`[ \\t]*(?:${ownMention(own).source})[ \\t]*`, 'g'), ' ');
}

function ownMention(own: OwnIds): RegExp {
  return new RegExp(own.role === undefined ? `<@!?${own.user}>` : `<@!?${own.user}>|<@&${own.role}>`);
}
