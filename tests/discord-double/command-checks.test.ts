import type { Client } from 'discord.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectClient } from './client.ts';
import { type DiscordDouble, startDiscordDouble } from './discord-double.ts';

let double: DiscordDouble;
let client: Client<true>;

beforeEach(async () => {
  double = await startDiscordDouble();
  client = await connectClient(double);
});

afterEach(async () => {
  await client.destroy();
  await double.close();
});

test.each([
  ['a capital letter in a name', [{ name: 'Persona', description: 'x' }]],
  ['a name with a space', [{ name: 'per sona', description: 'x' }]],
  ['no description', [{ name: 'persona' }]],
  ['a description over 100 characters', [{ name: 'persona', description: 'x'.repeat(101) }]],
  [
    'a required option behind an optional one',
    [
      {
        name: 'a',
        description: 'x',
        options: [
          { type: 3, name: 'one', description: 'x' },
          { type: 3, name: 'two', description: 'x', required: true },
        ],
      },
    ],
  ],
  [
    '26 choices',
    [
      {
        name: 'a',
        description: 'x',
        options: [
          {
            type: 3,
            name: 'one',
            description: 'x',
            choices: Array.from({ length: 26 }, (_, index) => ({ name: `c${index}`, value: `${index}` })),
          },
        ],
      },
    ],
  ],
  [
    'subcommands beside basic options',
    [
      {
        name: 'a',
        description: 'x',
        options: [
          { type: 1, name: 'one', description: 'x' },
          { type: 3, name: 'two', description: 'x' },
        ],
      },
    ],
  ],
  [
    'the same name twice',
    [
      { name: 'a', description: 'x' },
      { name: 'a', description: 'y' },
    ],
  ],
  [
    'choices beside autocompletion',
    [
      {
        name: 'a',
        description: 'x',
        options: [{ type: 3, name: 'one', description: 'x', autocomplete: true, choices: [{ name: 'c', value: 'c' }] }],
      },
    ],
  ],
])('commands with %s are refused', async (_, body) => {
  const route = `/applications/${double.applicationId}/commands` as const;
  await expect(client.rest.put(route, { body })).rejects.toMatchObject({ code: 50035, status: 400 });
  expect(double.violations).toHaveLength(1);
  expect(double.commands()).toEqual([]);
});
