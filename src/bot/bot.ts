import type { Backend } from '../backends/backend.ts';
import type { House } from '../chat.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../memory/open-store.ts';
import type { Records } from '../memory/records.ts';
import type { Sessions } from '../memory/session.ts';
import type { Settings } from '../memory/settings.ts';
import type { PersonaSet } from '../personas/load-personas.ts';
import type { ChannelQueue } from './channel-queue.ts';
import type { EditGovernors } from './edit-governor.ts';
import type { TokenCounter } from './token-counter.ts';

/** What the configuration says of one channel; `/persona set` in the channel goes before it. */
export type ChannelRule = { persona?: string | undefined; always?: boolean | undefined };

/** Everything an answer needs, built once by `cli/running/open-bot.ts`. Personas, house and channels may change while the bot runs. */
export type Bot = {
  personas: PersonaSet;
  house(): House;
  /** the operator's rule for a channel, by its id with the venue in front ('discord-123') */
  channelRule(channelId: string): ChannelRule;
  /** who answers where nobody else was set: an id or name of `personas` */
  defaultPersona: string;
  /** The backend of that name; 'default' is the default one. Throws TroupeError when there is none of that name. */
  backend(name: string): Backend;
  store: Store;
  sessions: Sessions;
  settings: Settings;
  records: Records;
  tokenCounter: TokenCounter;
  /** decides who answers, message by message, in the order of arrival */
  admission: ChannelQueue;
  /** one answer at a time per channel */
  answers: ChannelQueue;
  governors: EditGovernors;
  /** every reply says that a demonstration model made it */
  demo: boolean;
  log: Logger;
  /** ms since the epoch */
  now(): number;
  /** a seed for one reply: an integer from 0 to 2³¹ − 1 */
  randomSeed(): number;
  /** aborts when the program ends: replies in flight stop and are kept as far as they came */
  stopping: AbortSignal;
};
