// Writes docs/commands.md from the table of commands: `node tools/write-command-docs.ts`. A test compares the two.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command, CommandOption, Subcommand } from '../src/bot/commands/command.ts';
import { COMMANDS } from '../src/bot/commands/commands.ts';
import { KOREAN_COMMANDS } from '../src/bot/commands/wording/catalogue.ts';
import { ENGLISH } from '../src/bot/commands/wording/replies-en.ts';
import { DIALS, KEYED_DIALS } from '../src/personas/sampling.ts';

/** Where the page stands in the repository. */
export const COMMAND_DOCS = fileURLToPath(new URL('../docs/commands.md', import.meta.url));

const INTRODUCTION = `# Commands on Discord

This page is written by \`node tools/write-command-docs.ts\` from the table in \`src/bot/commands/commands.ts\`; change it there.

Discord shows the commands in Korean to members whose client is Korean, and the bot answers them in Korean. Everybody may use what only
shows something, and sees the answer alone. What changes the channel for everybody needs "Manage Channels" in a server; in a direct
message everybody manages their own conversation. Its answer is seen by all, so that people know who changed what.
`;

/** The whole page as Markdown. */
export function commandDocs(): string {
  return `${[INTRODUCTION, ...COMMANDS.map(describeCommand), describeDials()].join('\n')}`;
}

function describeCommand(command: Command): string {
  const lines = command.subcommands.map((subcommand) => describeSubcommand(command.name, subcommand));
  return `## /${command.name}\n\n${command.description}. ${koreanOf(command.name)}\n\n${lines.join('\n')}\n`;
}

function describeSubcommand(command: string, subcommand: Subcommand): string {
  const path = `${command} ${subcommand.name}`;
  const usage = [`/${path}`, ...subcommand.options.map(describeUsage)].join(' ');
  const who = subcommand.changes ? ' *Changes the channel.*' : '';
  const options = subcommand.options.map((option) => describeOption(path, option));
  return [`- \`${usage}\`: ${subcommand.description}.${who} ${koreanOf(path)}`, ...options].join('\n');
}

function describeUsage({ name, required }: CommandOption): string {
  return required ? `${name}:…` : `[${name}:…]`;
}

function describeOption(path: string, option: CommandOption): string {
  const values = option.type === 'flag' ? ' (true or false)' : '';
  return `  - \`${option.name}\`: ${option.description}${values}. ${koreanOf(`${path} ${option.name}`)}`;
}

function koreanOf(path: string): string {
  const korean = KOREAN_COMMANDS[path];
  if (!korean) throw new Error(`The catalogue has no Korean for "${path}".`);
  return `Korean: \`${korean.name}\`.`;
}

function describeDials(): string {
  const rows = DIALS.map((dial) => `| \`${dial.name}\` | ${ENGLISH.tune.range(dial)} | ${dial.describe} |`);
  const stop = `| \`stop\` | ${ENGLISH.tune.stopRange} | Texts that end the reply and are not shown. |`;
  const keyed = KEYED_DIALS.map(({ name }) => `\`${name}\``).join(', ');
  const inFile = `${keyed} have keys of their own and are set in a persona's file ([how](personas.md)); \`/tune show\` shows them too.`;
  return ['## Dials of /tune', '', '| dial | value | what it does |', '|---|---|---|', ...rows, stop, '', inFile, ''].join(
    '\n',
  );
}

if (import.meta.main) writeFileSync(COMMAND_DOCS, commandDocs());
