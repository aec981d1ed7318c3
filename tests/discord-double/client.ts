import { Client, type ClientOptions, Events, GatewayIntentBits, Partials } from 'discord.js';
import type { DiscordDouble } from './discord-double.ts';

/** A real discord.js client, logged in at the double and ready. Destroy it before the double is closed. */
export async function connectClient(double: DiscordDouble, options: Partial<ClientOptions> = {}): Promise<Client<true>> {
  const client = createClient(double, options);
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(double.token);
  return ready;
}

/** The same client before its login. */
export function createClient(double: DiscordDouble, options: Partial<ClientOptions> = {}): Client {
  return new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.DirectMessages,
      GatewayIntentBits.MessageContent,
    ],
    partials: [Partials.Channel, Partials.Message],
    allowedMentions: { parse: [] },
    rest: { api: double.apiUrl },
    ...options,
  });
}
