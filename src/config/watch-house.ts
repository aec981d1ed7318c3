import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { watchFiles } from '../personas/watch-files.ts';
import { readSettingsFile, type SettingsFile } from './settings-file.ts';

/** The parts of troupe.yaml that hold from the next message on. The others hold from the next start. */
export type LiveHouse = {
  house(): SettingsFile['house'];
  /** the operator's rule for a channel of Discord (`discord-<id>`) or the terminal */
  channelRule(channelId: string): SettingsFile['channels'][string];
  close(): void;
};

type HouseNews = {
  /** the file was read again and stands now; `atNextStart` names the changed parts that wait for a restart */
  onReload(atNextStart: readonly string[]): void;
  /** the file is broken (ConfigError) or no longer watched; what stood before still stands */
  onProblem(error: unknown): void;
  quietMs?: number;
};

const FIXED_PARTS = ['backends', 'limits', 'discord'] as const;

/** Follows the settings file. One that is broken, or was named and is gone, changes nothing and is told by `onProblem`. */
export async function watchHouse(config: Config, news: HouseNews): Promise<LiveHouse> {
  const file = config.places.settingsFile;
  const read = () => readSettingsFile(file, { shown: file, required: config.settingsFileIsNamed });
  let before = read().value ?? config;
  let { house, channels } = config;

  function reload(): void {
    const { value, problems } = read();
    if (!value) {
      news.onProblem(new ConfigError(problems));
      return;
    }
    const changed = FIXED_PARTS.filter((part) => !areSame(value[part], before[part]));
    if (changed.length === 0 && areSame([value.house, value.channels], [house, channels])) return;
    before = value;
    ({ house, channels } = value);
    news.onReload(changed);
  }

  const watcher = await watchFiles([file], reload, {
    onTrouble: news.onProblem,
    ...(news.quietMs === undefined ? {} : { quietMs: news.quietMs }),
  });
  return {
    house: () => house,
    channelRule: (channelId) => channels[channelId.replace(/^discord-/, '')] ?? {},
    close: () => watcher.close(),
  };
}

function areSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
