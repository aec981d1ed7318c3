import type { Turn, Variant } from '../chat.ts';
import { createFinder, type Finder } from './find-bytes.ts';
import { KEY_KINDS, memberInKey, type TableName } from './keys.ts';
import type { Store } from './open-store.ts';
import type { Sessions } from './session.ts';

/** A persona that repeats this much of somebody's words was quoting them. UTF-8 bytes. */
const QUOTE_BYTES = 32;
const FORGOTTEN = '[forgotten]';
/** A number this long is nobody else's id and no word of any language: it may be looked for inside texts. */
const UNIQUE_ID = /^\d{16,}$/;

type Copies = {
  /** keys that still lead to the member */
  remaining: string[];
  /** how many of the texts stand in somebody else's words too */
  alsoSaid: number;
  /** what must not be found in the bytes of the store's files */
  needles: Set<string>;
};

type Search = { store: Store; sessions: Sessions; member: string; texts: ReadonlySet<string> };

/**
 * Reads all of the store for what is left of a member whose turns were emptied. Personas' quotes of their words and everybody's
 * mentions of their id are taken out; other people's own words stay.
 */
export async function eraseCopies({ store, sessions, member, texts }: Search): Promise<Copies> {
  const forms = new Map([...texts].map((text) => [JSON.stringify(text).slice(1, -1), text]));
  const finder = createFinder(forms.keys());
  const alsoSaid = new Set<string>();
  const remaining: string[] = [];
  for (const table of tableNames()) {
    for await (const key of store.keys(table)) {
      if (table === 'turn') await eraseQuotes({ store, sessions, key }, { member, finder, forms });
      const value = await store.table(table).get(key);
      const json = JSON.stringify(value) ?? '';
      for (const form of finder.find(Buffer.from(json))) alsoSaid.add(form);
      if (leadsTo(member, { table, key, value, json })) remaining.push(`${table}:${key}`);
    }
  }
  const needles = new Set([...forms.keys()].filter((form) => !alsoSaid.has(form)));
  needles.add(UNIQUE_ID.test(member) ? member : `"kind":"member","id":${JSON.stringify(member)}`);
  return { remaining, alsoSaid: alsoSaid.size, needles };
}

function tableNames(): TableName[] {
  const isTable = (name: string): name is TableName => Object.hasOwn(KEY_KINDS, name);
  return Object.keys(KEY_KINDS).filter(isTable);
}

type Entry = { table: TableName; key: string; value: unknown; json: string };

function leadsTo(member: string, { table, key, value, json }: Entry): boolean {
  if (table === 'member' && key.startsWith(`${memberInKey(member)}:`)) return true;
  if (mentions(member).some((mention) => json.includes(mention) || key.includes(mention))) return true;
  return saidBy(value) === member;
}

/** The forms in which a member's id stands inside texts. */
function mentions(member: string): string[] {
  return [`<@!${member}>`, `<@${member}>`, ...(UNIQUE_ID.test(member) ? [member] : [])];
}

function saidBy(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('author' in value)) return undefined;
  const { author } = value;
  if (typeof author !== 'object' || author === null || !('kind' in author) || !('id' in author)) return undefined;
  return author.kind === 'member' && typeof author.id === 'string' ? author.id : undefined;
}

type Place = { store: Store; sessions: Sessions; key: string };
type Words = { member: string; finder: Finder; forms: ReadonlyMap<string, string> };

async function eraseQuotes({ store, sessions, key }: Place, { member, finder, forms }: Words): Promise<void> {
  const turn = await store.table('turn').get(key);
  if (!turn) return;
  const quotes = mentions(member);
  if (turn.author.kind === 'persona') {
    const found = [...finder.find(Buffer.from(JSON.stringify(turn)))].filter((form) => Buffer.byteLength(form) >= QUOTE_BYTES);
    quotes.push(...found.flatMap((form) => forms.get(form) ?? []));
  }
  if (JSON.stringify(withoutQuotes(turn, quotes)) === JSON.stringify(turn)) return;
  const session = key.slice(0, key.lastIndexOf(':'));
  await sessions.rewrite(session, turn.seq, (current) => withoutQuotes(current, quotes));
}

function withoutQuotes(turn: Turn, quotes: readonly string[]): Turn {
  const clean = (text: string) => quotes.reduce((rest, quote) => rest.replaceAll(quote, FORGOTTEN), text);
  const cleanVariant = (variant: Variant): Variant => ({
    ...variant,
    text: clean(variant.text),
    ...(variant.reasoning === undefined ? {} : { reasoning: clean(variant.reasoning) }),
  });
  return { ...turn, variants: turn.variants.map(cleanVariant) };
}
