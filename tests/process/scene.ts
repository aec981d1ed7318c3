// A scene that every backend plays: two channels with a persona each, ten turns in both, interleaved, through the real process.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type DiscordDouble, type SeenPost, startDiscordDouble } from '../discord-double/discord-double.ts';
import { type BotProcess, startBotProcess } from './bot-process.ts';

export type Channel = { id: string; persona: string; said: string[]; replies: string[] };

export type Scene = {
  discord: DiscordDouble;
  folder: string;
  bot: BotProcess;
  channels: [Channel, Channel];
  admin: string;
  mina: string;
  /** Starts the program again with the same settings and data. */
  restart(through?: 'npm' | 'node'): Promise<void>;
  close(): Promise<void>;
};

const READY_MS = 60_000;

export async function openScene(options: { environment: Record<string, string>; yaml?: string }): Promise<Scene> {
  const discord = await startDiscordDouble();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-scene-'));
  if (options.yaml) await writeFile(path.join(folder, 'troupe.yaml'), options.yaml);
  const guild = discord.addGuild();
  const environment = {
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    TROUPE_DATA: path.join(folder, 'data'),
    TROUPE_CONFIG: options.yaml ? path.join(folder, 'troupe.yaml') : '',
    ...options.environment,
  };
  if (!options.yaml) Reflect.deleteProperty(environment, 'TROUPE_CONFIG');
  const start = async (through: 'npm' | 'node'): Promise<BotProcess> => {
    const identified = discord.gateway.identifies;
    const bot = startBotProcess({ environment, cwd: folder, through });
    await discord
      .waitFor(() => discord.gateway.identifies > identified && discord.commands().length > 0, {
        timeoutMs: READY_MS,
        label: 'the bot',
      })
      .catch((error: unknown) => {
        throw new Error(`The bot did not come up; it wrote:\n${bot.output()}`, { cause: error });
      });
    return bot;
  };
  const scene: Scene = {
    discord,
    folder,
    bot: await start('npm'),
    channels: [
      { id: discord.addChannel(guild, { name: 'cafe' }), persona: 'rook', said: [], replies: [] },
      { id: discord.addChannel(guild, { name: 'ship' }), persona: 'captain', said: [], replies: [] },
    ],
    admin: discord.addMember(guild, { name: 'Operator', administrator: true }),
    mina: discord.addMember(guild, { name: 'Mina' }),
    async restart(through = 'npm') {
      scene.bot = await start(through);
    },
    async close() {
      await scene.bot.kill();
      await discord.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return scene;
}

/** The messages of the bot in a channel, oldest first. */
export function botPosts(scene: Scene, channel: Channel): SeenPost[] {
  return scene.discord.messages(channel.id).filter((message) => message.authorId === scene.discord.botUserId);
}

/** Says something in a channel as Mina, and waits until `whole` finds the whole answer in the new messages of the bot. */
export async function exchange(
  scene: Scene,
  channel: Channel,
  text: string,
  whole: (reply: string) => boolean,
): Promise<string> {
  const before = botPosts(scene, channel).length;
  scene.discord.say(channel.id, scene.mina, `<@${scene.discord.botUserId}> ${text}`);
  channel.said.push(text);
  const reply = await scene.discord
    .waitFor(
      () => {
        const shown = botPosts(scene, channel).slice(before);
        const joined = shown.map(({ content }) => content).join('');
        return shown.length > 0 && whole(joined) ? joined : undefined;
      },
      { timeoutMs: 60_000, label: `the whole answer to ${JSON.stringify(text)}` },
    )
    .catch((error: unknown) => {
      const shown = botPosts(scene, channel).slice(before);
      throw new Error(`${JSON.stringify(shown.map(({ content }) => content.slice(-300)))}\n${scene.bot.output()}`, {
        cause: error,
      });
    });
  channel.replies.push(reply);
  return reply;
}

/** Runs a slash command as the operator: `command(scene, channel, 'persona set', { name: 'rook' })`. */
export async function command(scene: Scene, channel: Channel, words: string, options: Record<string, string> = {}) {
  const [name = '', subcommand = ''] = words.split(' ');
  return scene.discord.runCommand({ channelId: channel.id, userId: scene.admin, name, subcommand, options });
}
