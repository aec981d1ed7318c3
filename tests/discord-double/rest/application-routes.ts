import { checkCommands } from '../checks/check-commands.ts';
import type { Payload } from '../world/payloads.ts';
import type { Command, World } from '../world/world.ts';
import { refusals } from './api-error.ts';
import { answer, parameter, type RestRequest, type Route } from './route.ts';

const OVERWRITE_LIMIT = { name: 'put-commands', requests: 5, windowMs: 20_000 };

/** Slash commands, global and per guild; only the bulk overwrite writes them. */
export function applicationRoutes(world: World): Route[] {
  const everywhere = '/applications/:id/commands';
  const inGuild = '/applications/:id/guilds/:guild/commands';
  return [everywhere, inGuild].flatMap((template): Route[] => [
    { method: 'GET', template, serve: (request) => answer(registered(world, request).map(commandPayload)) },
    { method: 'PUT', template, limit: OVERWRITE_LIMIT, serve: (request) => overwrite(world, request) },
  ]);
}

function registered(world: World, request: RestRequest): Command[] {
  return world.commands.get(scopeOf(world, request)) ?? [];
}

/** The guild's id, or '' for the application's own commands. */
function scopeOf(world: World, request: RestRequest): string {
  if (parameter(request, 'id') !== world.applicationId) throw refusals.missingAccess();
  const guildId = request.parameters.guild ?? '';
  if (guildId !== '' && !world.guilds.has(guildId)) throw refusals.unknownGuild();
  return guildId;
}

function overwrite(world: World, request: RestRequest) {
  const scope = scopeOf(world, request);
  const before = registered(world, request);
  const commands = checkCommands(request.body).map((body): Command => {
    const same = before.find(({ name, type }) => name === body.name && (type ?? 1) === (body.type ?? 1));
    const owner = {
      application_id: world.applicationId,
      version: world.nextId(),
      ...(scope === '' ? {} : { guild_id: scope }),
    };
    return { ...body, id: same?.id ?? world.nextId(), ...owner };
  });
  world.commands.set(scope, commands);
  return answer(commands.map(commandPayload));
}

function commandPayload(command: Command): Payload {
  const permissions = command.default_member_permissions;
  return {
    ...command,
    type: command.type ?? 1,
    description: command.description ?? '',
    options: command.options ?? [],
    default_member_permissions: permissions === undefined || permissions === null ? null : String(permissions),
    integration_types: command.integration_types ?? [0],
    contexts: command.contexts ?? null,
    dm_permission: command.dm_permission ?? true,
    nsfw: false,
  };
}
