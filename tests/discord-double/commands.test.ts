import {
  ApplicationCommandOptionType,
  type AutocompleteInteraction,
  ButtonStyle,
  type ChatInputCommandInteraction,
  type Client,
  ComponentType,
  Events,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
} from 'discord.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectClient } from './client.ts';
import { type DiscordDouble, startDiscordDouble } from './discord-double.ts';

let double: DiscordDouble;
let client: Client<true>;
let channel: string;
let mina: string;
let keeper: string;

beforeEach(async () => {
  double = await startDiscordDouble();
  const guild = double.addGuild();
  channel = double.addChannel(guild);
  mina = double.addMember(guild, { name: 'Mina' });
  keeper = double.addMember(guild, { name: 'Keeper', administrator: true });
  client = await connectClient(double);
  await client.application.commands.set([
    {
      name: 'persona',
      description: 'Who plays here',
      options: [
        {
          type: ApplicationCommandOptionType.Subcommand,
          name: 'set',
          description: 'Choose',
          options: [
            {
              type: ApplicationCommandOptionType.String,
              name: 'name',
              description: 'Which',
              required: true,
              autocomplete: true,
            },
          ],
        },
      ],
    },
    {
      name: 'tune',
      description: 'Turn a dial',
      defaultMemberPermissions: PermissionFlagsBits.ManageGuild,
      contexts: [InteractionContextType.Guild],
      options: [
        {
          type: ApplicationCommandOptionType.Number,
          name: 'value',
          description: 'How much',
          required: true,
          minValue: 0,
          maxValue: 2,
        },
        {
          type: ApplicationCommandOptionType.String,
          name: 'dial',
          description: 'Which',
          choices: [{ name: 'temperature', value: 't' }],
        },
      ],
    },
  ]);
});

afterEach(async () => {
  await client.destroy();
  await double.close();
});

function onCommand(handle: (interaction: ChatInputCommandInteraction) => Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.on(Events.InteractionCreate, (interaction) => {
      if (interaction.isChatInputCommand()) handle(interaction).then(resolve, reject);
    });
  });
}

const setRook = () => ({ channelId: channel, userId: mina, name: 'persona', subcommand: 'set', options: { name: 'rook' } });

test('registered commands can be read back, and a second overwrite keeps the ids of those that stay', async () => {
  const [first] = double.commands();
  expect(double.commands().map(({ name }) => name)).toEqual(['persona', 'tune']);
  const fetched = await client.application.commands.fetch();
  expect(fetched.find(({ name }) => name === 'tune')?.defaultMemberPermissions?.has('ManageGuild')).toBe(true);
  await client.application.commands.set([{ name: 'persona', description: 'Who plays' }]);
  expect(double.commands()).toMatchObject([{ id: first?.id, description: 'Who plays' }]);
});

test('a command is answered at once, for one member only', async () => {
  const done = onCommand((interaction) =>
    interaction.reply({ content: `Now: ${interaction.options.getString('name', true)}`, flags: MessageFlags.Ephemeral }),
  );
  const result = await double.runCommand(setRook());
  await done;
  expect(result).toMatchObject({ type: 4, content: 'Now: rook', ephemeral: true, files: [] });
  expect(result.ackMs).toBeLessThan(3000);
  expect(double.messages(channel)).toEqual([]);
  expect(double.violations).toEqual([]);
});

test('a command is deferred, answered with a file, and followed up', async () => {
  const done = onCommand(async (interaction) => {
    expect(interaction.options.getSubcommand()).toBe('set');
    expect(interaction.member?.user.id).toBe(mina);
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const files = [{ attachment: Buffer.from('system: be Rook\nüber'), name: 'prompt.txt' }];
    await interaction.editReply({ content: 'The prompt', files });
    await interaction.followUp({ content: 'and more', flags: MessageFlags.Ephemeral });
  });
  const result = await double.runCommand(setRook());
  await done;
  expect(result).toMatchObject({ type: 5, content: 'The prompt', ephemeral: true });
  expect(result.files).toEqual([{ name: 'prompt.txt', text: 'system: be Rook\nüber' }]);
  expect(result.followUps).toMatchObject([{ content: 'and more', ephemeral: true }]);
  expect(double.violations).toEqual([]);
});

test('a public answer is a message of the channel and can be fetched and deleted by the token', async () => {
  const done = onCommand(async (interaction) => {
    const response = await interaction.reply({ content: 'Rook plays here now.', withResponse: true });
    expect((await interaction.fetchReply()).id).toBe(response.resource?.message?.id);
    expect(double.messages(channel)).toMatchObject([{ content: 'Rook plays here now.', authorId: double.botUserId }]);
    await interaction.deleteReply();
  });
  await double.runCommand(setRook());
  await done;
  expect(double.messages(channel)).toEqual([]);
});

test('an answer after three seconds finds the interaction gone', async () => {
  const late = onCommand(async (interaction) => {
    await new Promise((resolve) => setTimeout(resolve, 3100));
    return interaction.reply('sorry');
  });
  const outcomes = await Promise.allSettled([double.runCommand(setRook()), late]);
  expect(outcomes).toMatchObject([
    { reason: { message: expect.stringContaining('no response within 3 s') } },
    { reason: { code: 10062 } },
  ]);
  expect(double.violations).toHaveLength(2);
});

test('an interaction is acknowledged once', async () => {
  const done = onCommand(async (interaction) => {
    await interaction.reply('first');
    const body = { type: 4, data: { content: 'second', allowed_mentions: { parse: [] } } };
    const answer = await fetch(`${double.apiUrl}/v10/interactions/${interaction.id}/${interaction.token}/callback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 40060 });
  });
  await double.runCommand(setRook());
  await done;
  expect(double.messages(channel).map(({ content }) => content)).toEqual(['first']);
});

test('a token is dead after fifteen minutes', async () => {
  const done = onCommand(async (interaction) => {
    await interaction.reply('first');
    double.advanceClock(15 * 60_000 + 1000);
    await interaction.editReply('too late');
  });
  await double.runCommand(setRook());
  await expect(done).rejects.toMatchObject({ code: 50027 });
});

test.each([
  ['an unknown command', { name: 'dance' }, /No command \/dance is registered/],
  ['an unknown subcommand', { subcommand: 'drop' }, /no subcommand drop/],
  ['no subcommand', { subcommand: undefined }, /needs a subcommand: set/],
  ['a missing option', { options: {} }, /needs the options name/],
  ['an unknown option', { options: { name: 'rook', size: 1 } }, /no option size/],
  ['a wrong type', { options: { name: 7 } }, /expected a text/],
])('a member cannot send %s', async (_, change, message) => {
  const { subcommand, ...rest } = { ...setRook(), ...change };
  await expect(double.runCommand({ ...rest, ...(subcommand === undefined ? {} : { subcommand }) })).rejects.toThrow(message);
});

test('ranges, choices, permissions and places of a command hold', async () => {
  const tune = { channelId: channel, userId: keeper, name: 'tune', options: { value: 0.7, dial: 't' } };
  const done = onCommand((interaction) => interaction.reply(`${interaction.options.getNumber('value', true)}`));
  expect((await double.runCommand(tune)).content).toBe('0.7');
  await done;
  await expect(double.runCommand({ ...tune, options: { value: 3 } })).rejects.toThrow(/out of range/);
  await expect(double.runCommand({ ...tune, options: { value: 1, dial: 'x' } })).rejects.toThrow(/one of its choices/);
  await expect(double.runCommand({ ...tune, userId: mina })).rejects.toThrow(/not offered to Mina/);
  await expect(double.runCommand({ ...tune, channelId: double.openDirectMessage(keeper) })).rejects.toThrow(/direct messages/);
});

test('a command in direct messages comes with its user', async () => {
  const done = onCommand((interaction) => interaction.reply(`hello ${interaction.user.username}`));
  const result = await double.runCommand({ ...setRook(), channelId: double.openDirectMessage(mina) });
  await done;
  expect(result.content).toBe('hello mina');
});

test('an option is completed while it is typed', async () => {
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isAutocomplete()) complete(interaction).catch((error: unknown) => double.violations.push(String(error)));
  });
  const complete = (interaction: AutocompleteInteraction) =>
    interaction.respond([{ name: `Rook (${interaction.options.getFocused()})`, value: 'rook' }]);
  const choices = await double.autocomplete({ ...setRook(), options: { name: 'ro' }, focused: 'name' });
  expect(choices).toEqual([{ name: 'Rook (ro)', value: 'rook' }]);
  expect(double.violations).toEqual([]);
});

test('a button changes the message it stands on', async () => {
  const done = onCommand((interaction) =>
    interaction.reply({
      content: 'one',
      components: [
        {
          type: ComponentType.ActionRow,
          components: [{ type: ComponentType.Button, style: ButtonStyle.Primary, label: 'again', customId: 'again' }],
        },
      ],
    }),
  );
  const { messageId = '' } = await double.runCommand(setRook());
  await done;
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isButton()) void interaction.update({ content: 'two', components: [] });
  });
  const click = { channelId: channel, userId: mina, messageId, customId: 'again' };
  expect(await double.pressButton(click)).toMatchObject({ type: 7, content: 'two' });
  await expect(double.pressButton(click)).rejects.toThrow(/no button again/);
  expect(double.violations).toEqual([]);
});
