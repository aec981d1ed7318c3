import { ApplicationCommandUpdateRequestSchema, type CommandBody, type CommandOptionBody } from 'discord-api-spec/zod';
import { array } from 'zod/mini';
import { invalidForm, type Problem } from '../rest/api-error.ts';
import { checkBody } from './check-body.ts';

const CHAT_INPUT = 1;
const SUBCOMMAND = 1;
const SUBCOMMAND_GROUP = 2;
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const MOST_CHAT_COMMANDS = 100;
const MOST_MENU_COMMANDS = 15;
const LONGEST_COMMAND = 8000;

type Path = readonly (string | number)[];

/** A bulk overwrite of commands, or 50035 with every problem. */
export function checkCommands(body: unknown): CommandBody[] {
  const commands = checkBody(array(ApplicationCommandUpdateRequestSchema), withNumericPermissions(body));
  const problems = [...countProblems(commands), ...commands.flatMap((command, index) => commandProblems(command, [index]))];
  if (problems.length > 0) throw invalidForm(problems);
  return commands;
}

// Discord takes the bit set as a string and as a number; its published schema knows the number only.
function withNumericPermissions(body: unknown): unknown {
  if (!Array.isArray(body)) return body;
  return body.map((command: unknown) => {
    if (typeof command !== 'object' || command === null || !('default_member_permissions' in command)) return command;
    const bits = command.default_member_permissions;
    return { ...command, default_member_permissions: typeof bits === 'string' && /^\d+$/.test(bits) ? Number(bits) : bits };
  });
}

function problem(path: Path, code: string, message: string): Problem {
  return { path, code, message };
}

function countProblems(commands: readonly CommandBody[]): Problem[] {
  const types = commands.map(({ type }) => type ?? CHAT_INPUT);
  const chat = types.filter((type) => type === CHAT_INPUT).length;
  const tooMany = chat > MOST_CHAT_COMMANDS || types.length - chat > MOST_MENU_COMMANDS;
  const names = commands.map(({ name, type }) => `${type ?? CHAT_INPUT} ${name}`);
  return [
    ...(tooMany ? [problem([], 'APPLICATION_COMMANDS_TOO_MANY', 'Maximum number of application commands reached')] : []),
    ...repeated(names).map((name) =>
      problem([], 'APPLICATION_COMMANDS_DUPLICATE_NAME', `Application command names must be unique: ${name}`),
    ),
  ];
}

function commandProblems(command: CommandBody, path: Path): Problem[] {
  if ((command.type ?? CHAT_INPUT) !== CHAT_INPUT) {
    const described = (command.description ?? '') !== '';
    return described
      ? [problem([...path, 'description'], 'APPLICATION_COMMAND_DESCRIPTION', 'Menu commands have no description')]
      : [];
  }
  const options = command.options ?? [];
  const described = (command.description ?? '') !== '';
  return [
    ...nameProblems(command.name, path),
    ...(described ? [] : [problem([...path, 'description'], 'BASE_TYPE_REQUIRED', 'This field is required')]),
    ...optionListProblems(options, path),
    ...lengthProblems(command, path),
  ];
}

function nameProblems(name: string, path: Path): Problem[] {
  if (NAME.test(name) && name === name.toLowerCase()) return [];
  return [problem([...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', `Command name is invalid: ${name}`)];
}

function optionListProblems(options: readonly CommandOptionBody[], path: Path): Problem[] {
  const nested = (option: CommandOptionBody) => option.type === SUBCOMMAND || option.type === SUBCOMMAND_GROUP;
  const mixed = options.some(nested) && !options.every(nested);
  const lastRequired = options.findLastIndex(({ required }) => required === true);
  const late = options.slice(0, Math.max(0, lastRequired)).some((option) => option.required !== true);
  const list = [...path, 'options'];
  return [
    ...(mixed
      ? [problem(list, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Sub-command and basic options cannot stand together')]
      : []),
    ...(late
      ? [
          problem(
            list,
            'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
            'Required options must be placed before non-required options',
          ),
        ]
      : []),
    ...repeated(options.map(({ name }) => name)).map((name) =>
      problem(list, 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', `Option name already exists: ${name}`),
    ),
    ...options.flatMap((option, index) => optionProblems(option, [...list, index])),
  ];
}

function optionProblems(option: CommandOptionBody, path: Path): Problem[] {
  const choices = option.choices ?? [];
  const reversed = (low: number | null | undefined, high: number | null | undefined) => (low ?? -Infinity) > (high ?? Infinity);
  const found: Problem[] = [...nameProblems(option.name, path), ...optionListProblems(option.options ?? [], path)];
  if (option.autocomplete === true && choices.length > 0) {
    found.push(
      problem(
        [...path, 'choices'],
        'APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES',
        'Choices and autocomplete cannot stand together',
      ),
    );
  }
  if (reversed(option.min_value, option.max_value) || reversed(option.min_length, option.max_length)) {
    found.push(problem(path, 'APPLICATION_COMMAND_OPTION_RANGE', 'The minimum is above the maximum'));
  }
  for (const name of repeated(choices.map((choice) => choice.name))) {
    found.push(
      problem([...path, 'choices'], 'APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS', `Choice name already exists: ${name}`),
    );
  }
  return found;
}

function lengthProblems(command: CommandBody, path: Path): Problem[] {
  const length = (command.description ?? '').length + command.name.length + optionsLength(command.options ?? []);
  if (length <= LONGEST_COMMAND) return [];
  return [problem(path, 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${LONGEST_COMMAND})`)];
}

function optionsLength(options: readonly CommandOptionBody[]): number {
  return options.reduce((sum, option) => {
    const choices = (option.choices ?? []).reduce((all, { name, value }) => all + name.length + String(value).length, 0);
    return sum + option.name.length + option.description.length + choices + optionsLength(option.options ?? []);
  }, 0);
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
