import type { CommandOptionBody } from 'discord-api-spec/zod';
import type { Payload } from '../world/payloads.ts';
import { channelPayload, memberPayload, userPayload } from '../world/payloads.ts';
import { permissionsOf } from '../world/permissions.ts';
import type { Channel, Command, World } from '../world/world.ts';

export type OptionValue = string | number | boolean;
export type CommandCall = {
  channelId: string;
  userId: string;
  name: string;
  /** `set`, or `group set` for one in a group */
  subcommand?: string;
  options?: Record<string, OptionValue>;
  /** the language of the member's client; 'en-US' unless told */
  locale?: string;
};

const SUBCOMMAND = 1;
const SUBCOMMAND_GROUP = 2;
const USER = 6;
const CHANNEL = 7;
const IN_GUILDS = 0;
const IN_BOT_DM = 1;

/**
 * The `data` of the interaction that Discord makes of a member's command. Throws where a member's client would not let
 * the command be sent: it is not registered, not allowed here, or its options do not fit. `focused`: the option being
 * typed, for autocompletion, when required options may still be missing.
 */
export function commandData(world: World, call: CommandCall, focused?: string): Payload {
  const channel = world.channel(call.channelId);
  const command = findCommand(world, channel, call.name);
  checkAllowed(world, { command, channel, userId: call.userId });
  const path = call.subcommand?.split(' ') ?? [];
  const definitions = definitionsAt(command, path);
  const values = valuePayloads(definitions, { call, focused });
  const options = path.reduceRight<Payload[]>((inner, name, index) => {
    const type = index === path.length - 1 ? SUBCOMMAND : SUBCOMMAND_GROUP;
    return [{ type, name, options: inner }];
  }, values);
  const resolved = resolvedPayload(world, channel, values);
  return { id: command.id, name: command.name, type: 1, options, ...(Object.keys(resolved).length > 0 ? { resolved } : {}) };
}

function findCommand(world: World, channel: Channel, name: string): Command {
  const known = [...(world.commands.get(channel.guildId ?? '') ?? []), ...(world.commands.get('') ?? [])];
  const command = known.find((one) => one.name === name && (one.type ?? 1) === 1);
  if (command === undefined)
    throw new Error(`No command /${name} is registered; there are: ${known.map((one) => one.name).join(', ') || 'none'}.`);
  return command;
}

function checkAllowed(
  world: World,
  { command, channel, userId }: { command: Command; channel: Channel; userId: string },
): void {
  const context = channel.guildId === undefined ? IN_BOT_DM : IN_GUILDS;
  const hidden = context === IN_BOT_DM && command.dm_permission === false;
  if (hidden || (command.contexts ?? undefined)?.includes(context) === false) {
    throw new Error(`/${command.name} is not offered in ${context === IN_BOT_DM ? 'direct messages' : 'servers'}.`);
  }
  if (channel.guildId === undefined) return;
  const needed = BigInt(command.default_member_permissions ?? 0);
  const owned = permissionsOf(world.guild(channel.guildId), userId);
  if ((owned & needed) !== needed)
    throw new Error(`/${command.name} is not offered to ${world.user(userId).name}: permissions ${needed} are needed.`);
}

function definitionsAt(command: Command, path: readonly string[]): CommandOptionBody[] {
  let definitions = command.options ?? [];
  for (const name of path) {
    const next = definitions.find((one) => one.name === name && (one.type === SUBCOMMAND || one.type === SUBCOMMAND_GROUP));
    if (next === undefined) throw new Error(`/${command.name} has no subcommand ${name}.`);
    definitions = next.options ?? [];
  }
  const deeper = definitions.filter(({ type }) => type === SUBCOMMAND || type === SUBCOMMAND_GROUP);
  if (deeper.length > 0) throw new Error(`/${command.name} needs a subcommand: ${deeper.map(({ name }) => name).join(', ')}.`);
  return definitions;
}

function valuePayloads(
  definitions: readonly CommandOptionBody[],
  { call, focused }: { call: CommandCall; focused: string | undefined },
): Payload[] {
  const given = Object.entries(call.options ?? {});
  const missing = definitions.filter(({ name, required }) => required === true && !given.some(([key]) => key === name));
  if (missing.length > 0 && focused === undefined) {
    throw new Error(`/${call.name} needs the options ${missing.map(({ name }) => name).join(', ')}.`);
  }
  return given.map(([name, value]) => {
    const definition = definitions.find((one) => one.name === name);
    if (definition === undefined) throw new Error(`/${call.name} has no option ${name}.`);
    if (name === focused) return { type: definition.type, name, value, focused: true };
    const problem = valueProblem(definition, value);
    if (problem !== undefined) throw new Error(`/${call.name} ${name}: ${problem}, it was ${JSON.stringify(value)}.`);
    return { type: definition.type, name, value };
  });
}

/** By Discord's option types: 3 string, 4 integer, 5 boolean, 6 user, 7 channel, 8 role, 9 mentionable, 10 number. */
const TYPES: Readonly<Record<number, { name: string; fits: (value: OptionValue) => boolean }>> = {
  3: { name: 'a text', fits: (value) => typeof value === 'string' },
  4: { name: 'an integer', fits: (value) => Number.isSafeInteger(value) },
  5: { name: 'true or false', fits: (value) => typeof value === 'boolean' },
  6: { name: "a user's id", fits: isId },
  7: { name: "a channel's id", fits: isId },
  8: { name: "a role's id", fits: isId },
  9: { name: 'an id', fits: isId },
  10: { name: 'a number', fits: (value) => typeof value === 'number' && Number.isFinite(value) },
};

function isId(value: OptionValue): boolean {
  return typeof value === 'string' && /^\d+$/.test(value);
}

function valueProblem(definition: CommandOptionBody, value: OptionValue): string | undefined {
  const type = TYPES[definition.type];
  if (type === undefined) return `the double sends no options of type ${definition.type}`;
  if (!type.fits(value)) return `expected ${type.name}`;
  const choices = definition.choices ?? [];
  if (choices.length > 0 && !choices.some((choice) => choice.value === value)) return 'expected one of its choices';
  if (typeof value === 'number' && outside(value, definition.min_value, definition.max_value)) return 'out of range';
  if (typeof value === 'string' && outside(value.length, definition.min_length, definition.max_length ?? 6000))
    return 'of a wrong length';
  return undefined;
}

function outside(value: number, low: number | null | undefined, high: number | null | undefined): boolean {
  return value < (low ?? -Infinity) || value > (high ?? Infinity);
}

function resolvedPayload(world: World, channel: Channel, values: readonly Payload[]): Payload {
  const users: Payload = {};
  const members: Payload = {};
  const channels: Payload = {};
  for (const { type, value } of values) {
    const id = String(value);
    if (type === CHANNEL) channels[id] = channelPayload(world, world.channel(id));
    if (type !== USER) continue;
    users[id] = userPayload(world.user(id));
    const member = channel.guildId === undefined ? undefined : world.guild(channel.guildId).members.get(id);
    if (member !== undefined) members[id] = memberPayload(member);
  }
  const filled = Object.entries({ users, members, channels }).filter(([, found]) => Object.keys(found).length > 0);
  return Object.fromEntries(filled);
}
