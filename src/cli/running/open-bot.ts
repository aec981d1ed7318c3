import { randomInt } from 'node:crypto';
import type { Bot } from '../../bot/bot.ts';
import { ChannelQueue } from '../../bot/channel-queue.ts';
import { EditGovernors } from '../../bot/edit-governor.ts';
import { createTokenCounter } from '../../bot/token-counter.ts';
import type { DefaultBackend } from '../../config/default-backend.ts';
import { type LiveHouse, watchHouse } from '../../config/watch-house.ts';
import type { Config } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { openStore } from '../../memory/open-store.ts';
import { openRecords } from '../../memory/records.ts';
import { openSessions } from '../../memory/session.ts';
import { openSettings } from '../../memory/settings.ts';
import type { PersonaSet } from '../../personas/load-personas.ts';
import { type LivePersonas, watchPersonas } from '../../personas/watch-personas.ts';
import { lostNames } from './lost-names.ts';
import { openBackends } from './open-backends.ts';

const SEEDS = 2 ** 31;

export type OpenBot = { bot: Bot; close(): Promise<void> };
export type BotOptions = {
  standard: DefaultBackend;
  log: Logger;
  stopping: AbortSignal;
  /** instead of the configured one, in every channel that has chosen none itself */
  persona?: string;
};

/** Builds everything an answer needs. Throws ConfigError for names that lead nowhere and StoreError for a store that cannot be used. */
export async function openBot(config: Config, { standard, log, stopping, persona }: BotOptions): Promise<OpenBot> {
  const backends = openBackends(config, standard, { log, dataFolder: config.places.data });
  const defaultPersona = persona ?? config.persona;
  const personas = await followPersonas(config, log, (set) => {
    const problems = lostNames(config, set, { defaultPersona, backends: backends.names });
    if (problems.length > 0) throw new ConfigError(problems);
  });
  const opened: { close(): void }[] = [personas];
  try {
    const house = await followHouse(config, log);
    opened.push(house);
    const store = await openStore(config.storeUrl);
    const bot: Bot = {
      personas,
      house: house.house,
      channelRule: (id) => (persona === undefined ? house.channelRule(id) : { ...house.channelRule(id), persona }),
      defaultPersona,
      backend: backends.backend,
      store,
      sessions: openSessions(store),
      settings: openSettings(store),
      records: openRecords(store),
      tokenCounter: createTokenCounter(),
      admission: new ChannelQueue(Number.MAX_SAFE_INTEGER),
      answers: new ChannelQueue(config.limits.waitingPerChannel),
      governors: new EditGovernors(Date.now),
      demo: standard.demo,
      log,
      now: Date.now,
      randomSeed: () => randomInt(SEEDS),
      stopping,
    };
    return { bot, close: () => closeAll({ opened, backends, store }) };
  } catch (error) {
    for (const watcher of opened) watcher.close();
    throw error;
  }
}

async function closeAll(parts: {
  opened: readonly { close(): void }[];
  backends: { close(): Promise<void> };
  store: { close(): Promise<void> };
}) {
  for (const watcher of parts.opened) watcher.close();
  await parts.backends.close();
  await parts.store.close();
}

function followPersonas({ places }: Config, log: Logger, check: (personas: PersonaSet) => void): Promise<LivePersonas> {
  return watchPersonas(places.personas, {
    check,
    onReload: (set) => log.info({ personas: set.all().length }, 'the personas were read again'),
    onProblem: (error) => log.warn({ error }, 'the personas stay as they were: a file has problems'),
  });
}

function followHouse(config: Config, log: Logger): Promise<LiveHouse> {
  return watchHouse(config, {
    onReload: (atNextStart) => log.info({ atNextStart }, 'house and channels were read again'),
    onProblem: (error) => log.warn({ error }, 'house and channels stay as they were: the file has problems'),
  });
}
