import { type REST, Routes } from 'discord.js';
import { COMMANDS } from '../../commands/commands.ts';
import { commandDefinition } from './command-definition.ts';

/** The fields of a definition that we may set; Discord's answer holds others of its own (id, version ...). */
const FIELDS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'name_localizations',
  'description',
  'description_localizations',
  'options',
  'required',
  'choices',
  'value',
  'min_value',
  'max_value',
  'min_length',
  'max_length',
  'autocomplete',
  'contexts',
  'integration_types',
  'nsfw',
  'default_member_permissions',
  'ko',
]);

/**
 * Tells Discord of all commands in one request, only when it knows them otherwise: commands that are written anew every start count
 * against a daily limit. Gives whether it had to. Throws what the REST client threw.
 */
export async function registerCommands(rest: REST, applicationId: string): Promise<boolean> {
  const route = Routes.applicationCommands(applicationId);
  const wanted = COMMANDS.map(commandDefinition);
  const known = await rest.get(route, { query: new URLSearchParams({ with_localizations: 'true' }) });
  if (fingerprint(known) === fingerprint(wanted)) return false;
  await rest.put(route, { body: wanted });
  return true;
}

/** The same text for definitions that say the same, whatever the order of keys and commands and however a default is written. */
export function fingerprint(definitions: unknown): string {
  const commands = Array.isArray(definitions) ? definitions.map((definition) => JSON.stringify(normalise(definition))) : [];
  return commands.sort().join('\n');
}

function normalise(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(normalise);
    return items.every((item) => typeof item === 'number') ? items.sort((first, second) => first - second) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value)
    .filter(([key]) => FIELDS.has(key))
    .map(([key, field]): [string, unknown] => [key, normalise(field)])
    .filter(([, field]) => !isDefault(field));
  return Object.fromEntries(fields.sort(([first], [second]) => (first < second ? -1 : 1)));
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
