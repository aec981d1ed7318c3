// The least a bot can do with discord.js and fetch: typing and one streamed request for each message. What it needs is the floor that
// the machine, the library and the doubles set, whatever Troupe does on top.
import { Client, Events, GatewayIntentBits, type Message } from 'discord.js';

const { DISCORD_TOKEN = '', DISCORD_API_URL = '', OPENAI_BASE_URL = '' } = process.env;

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent],
  rest: { api: DISCORD_API_URL },
});

async function answer(message: Message): Promise<void> {
  if (message.author.bot || !message.channel.isSendable()) return;
  const typing = message.channel.sendTyping();
  const body = JSON.stringify({ model: 'double-1', stream: true, messages: [{ role: 'user', content: message.content }] });
  const reply = await fetch(`${OPENAI_BASE_URL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await reply.text();
  await typing;
}

client.on(Events.MessageCreate, (message) => void answer(message));

await client.login(DISCORD_TOKEN);
