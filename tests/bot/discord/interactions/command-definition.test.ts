import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/bot/commands/commands.ts';
import { KOREAN_COMMANDS } from '../../../../src/bot/commands/wording/catalogue.ts';
import { commandDefinition } from '../../../../src/bot/discord/interactions/command-definition.ts';

type Named = { name: string; description: string; options?: readonly Named[]; subcommands?: readonly Named[] };

function paths(named: Named, above = ''): string[] {
  const path = above === '' ? named.name : `${above} ${named.name}`;
  return [path, ...(named.subcommands ?? named.options ?? []).flatMap((inner) => paths(inner, path))];
}

/** Discord's rule for names, in every language. */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Devanagari}\p{sc=Thai}]{1,32}$/u;

describe('commandDefinition', () => {
  it('has Korean for every command, subcommand and option, and for nothing else', () => {
    expect(COMMANDS.flatMap((command) => paths(command)).sort()).toEqual(Object.keys(KOREAN_COMMANDS).sort());
  });

  it('keeps to the rules for names and descriptions in both languages', () => {
    for (const { name, description } of Object.values(KOREAN_COMMANDS)) {
      expect(name).toMatch(NAME);
      expect(name).toBe(name.toLowerCase());
      expect(description.length).toBeLessThanOrEqual(100);
    }
    const descriptions = COMMANDS.flatMap((command) => [
      command,
      ...command.subcommands,
      ...command.subcommands.flatMap((one) => one.options),
    ]);
    for (const { name, description } of descriptions) {
      expect(name).toMatch(NAME);
      expect(description.length).toBeLessThanOrEqual(100);
    }
  });

  it('puts what is required first, as Discord demands', () => {
    for (const { options } of COMMANDS.flatMap((command) => command.subcommands)) {
      const required = options.map((option) => option.required);
      expect(required).toEqual(required.toSorted((first, second) => Number(second) - Number(first)));
    }
  });

  it('offers commands in servers and in direct messages, installed to servers only', () => {
    for (const command of COMMANDS) {
      expect(commandDefinition(command)).toMatchObject({ contexts: [0, 1], integration_types: [0] });
    }
  });
});
