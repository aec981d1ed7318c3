import type { Dial, Sampling } from '../chat.ts';
import type { ChannelSettings } from './keys.ts';
import type { Store } from './open-store.ts';

export type { ChannelSettings } from './keys.ts';

/** What to set; a field or dial that is there and undefined goes back to its default, one that is not there stays. */
type ChannelChange = {
  persona?: string | undefined;
  always?: boolean | undefined;
  sampling?: { readonly [Name in Dial]?: Sampling[Name] | undefined } | undefined;
  generation?: number;
};

export type Settings = {
  channel(channel: string): Promise<ChannelSettings>;
  /** Gives the settings as they are now. Changes of one channel never overwrite each other, in any number of processes. */
  change(channel: string, change: ChannelChange): Promise<ChannelSettings>;
};

const UNSET: ChannelSettings = { sampling: {}, generation: 1 };

export function openSettings(store: Store): Settings {
  return {
    channel: async (name) => (await store.table('channel').get(name)) ?? UNSET,
    change: (name, change) => store.change('channel', name, (settings = UNSET) => merge(settings, change)),
  };
}

/** The session that a channel talks in: each reset begins another, and the older ones stay in the store. */
export function sessionName(channel: string, { generation }: ChannelSettings): string {
  return generation === 1 ? channel : `${channel}-${generation}`;
}

function merge(settings: ChannelSettings, change: ChannelChange): ChannelSettings {
  const { sampling, generation } = settings;
  const { persona, always } = { ...settings, ...change };
  return {
    ...(persona === undefined ? {} : { persona }),
    ...(always === undefined ? {} : { always }),
    sampling: 'sampling' in change && change.sampling === undefined ? {} : mergeDials(sampling, change.sampling ?? {}),
    generation: change.generation ?? generation,
  };
}

/** JSON leaves out what is undefined; so does this, so that what was set reads the same before and after a restart. */
function mergeDials(sampling: Partial<Sampling>, change: NonNullable<ChannelChange['sampling']>): Partial<Sampling> {
  return JSON.parse(JSON.stringify({ ...sampling, ...change }));
}
