import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandSubcommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import type { Command, CommandOption, Subcommand } from '../../commands/command.ts';
import { KOREAN_COMMANDS } from '../../commands/wording/catalogue.ts';

/** A command as Discord is told of it. Everybody sees it: who may change something is checked for each subcommand when it runs. */
export function commandDefinition(command: Command): RESTPostAPIChatInputApplicationCommandsJSONBody {
  return {
    type: ApplicationCommandType.ChatInput,
    ...named(command, command.name),
    options: command.subcommands.map((subcommand) => subcommandDefinition(subcommand, command.name)),
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  };
}

function subcommandDefinition(subcommand: Subcommand, command: string): APIApplicationCommandSubcommandOption {
  const path = `${command} ${subcommand.name}`;
  return {
    type: ApplicationCommandOptionType.Subcommand,
    ...named(subcommand, path),
    options: subcommand.options.map((option) => optionDefinition(option, `${path} ${option.name}`)),
  };
}

function optionDefinition(option: CommandOption, path: string): APIApplicationCommandBasicOption {
  const common = { ...named(option, path), required: option.required };
  if (option.type === 'flag') return { ...common, type: ApplicationCommandOptionType.Boolean };
  if (option.type === 'choice') {
    const choices = option.choices.map((choice) => ({ name: choice, value: choice }));
    return { ...common, type: ApplicationCommandOptionType.String, choices };
  }
  const length = option.maxLength === undefined ? {} : { max_length: option.maxLength };
  return { ...common, type: ApplicationCommandOptionType.String, ...length };
}

function named({ name, description }: { name: string; description: string }, path: string) {
  const korean = KOREAN_COMMANDS[path];
  if (!korean) return { name, description };
  return {
    name,
    description,
    name_localizations: { ko: korean.name },
    description_localizations: { ko: korean.description },
  };
}
