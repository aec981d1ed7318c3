import { GatewayIntentBits } from 'discord.js';

/** `auto`: message content if Discord says that the application has it · `mentions`: never · `all`: ask for it whatever it says */
export type IntentsSetting = 'auto' | 'mentions' | 'all';

const ALWAYS = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages] as const;

export type ChosenIntents = { intents: readonly GatewayIntentBits[]; readsEveryMessage: boolean; missing: readonly string[] };

/** What to ask the gateway for, and one sentence on what will not work without the rest. */
export function chooseIntents(setting: IntentsSetting, application: { id: string; hasMessageContent: boolean }): ChosenIntents {
  const readsEveryMessage = setting === 'all' || (setting === 'auto' && application.hasMessageContent);
  if (readsEveryMessage) return { intents: [...ALWAYS, GatewayIntentBits.MessageContent], readsEveryMessage, missing: [] };
  const cannot = 'personas answer mentions, replies that ping and direct messages; their name and `always` cannot call them';
  const sentence =
    setting === 'mentions'
      ? `discord.intents is "mentions": ${cannot}. Set it to "auto" to change that.`
      : `The message content intent is off: ${cannot}. Switch it on at ${botPage(application.id)} and restart.`;
  return { intents: ALWAYS, readsEveryMessage, missing: [sentence] };
}

/** Where the operator switches intents on and makes a new token. */
export function botPage(applicationId: string): string {
  return `https://discord.com/developers/applications/${applicationId}/bot`;
}
