import type { Turn } from '../chat.ts';
import { StoreError, UsageError } from '../errors.ts';
import { eraseCopies } from './erase-copies.ts';
import { createFinder, findInFile } from './find-bytes.ts';
import { memberInKey } from './keys.ts';
import type { Store } from './open-store.ts';
import type { Sessions } from './session.ts';

export type Forgotten = {
  /** turns of the member, and persona's turns that answered them: both emptied */
  turns: number;
  replies: number;
  /** records of those replies: deleted */
  records: number;
  sessions: number;
  /** of the member's longer texts, how many stand word for word in what somebody else said: those stay, because they are theirs */
  alsoSaid: number;
  /** proven by reading every key, every value and every byte of the store's files; anything else is a StoreError */
  remaining: 0;
};

/**
 * Erases what a member said and what was answered, and proves that nothing is left. A crash on the way leaves the rest to the next
 * call. Throws StoreError when a trace remains, or while another process reads the store and so keeps its log; UsageError for what
 * can be nobody's id.
 */
export async function forgetMember(store: Store, sessions: Sessions, member: string): Promise<Forgotten> {
  if (member.trim() === '' || !member.isWellFormed()) {
    throw new UsageError(`${JSON.stringify(member)} is nobody's id: name the member whose words shall be erased.`);
  }
  const spoken = await spokenBy({ store, sessions, member });
  const records = await deleteRecords(store, spoken);
  const texts = new Set<string>();
  for (const { session, turns, replies } of spoken) {
    // Replies go before what they answer, and the member's index goes last: whatever a crash leaves can be found again.
    for (const turn of [...replies, ...turns]) await empty({ store, sessions, session, texts }, turn);
    await store.table('member').deleteMany(turns.map((turn) => `${memberInKey(member)}:${session}:${turn.seq}`));
  }
  const copies = await eraseCopies({ store, sessions, member, texts });
  const traces = [...copies.remaining, ...(await tracesInFiles(store, copies.needles))];
  if (traces.length > 0) {
    throw new StoreError(
      `The member is not forgotten: ${traces.length} traces are left, the first in ${traces[0]}. Run it again.`,
    );
  }
  const count = (which: 'turns' | 'replies') => spoken.reduce((sum, place) => sum + place[which].length, 0);
  return {
    turns: count('turns'),
    replies: count('replies'),
    records,
    sessions: spoken.length,
    alsoSaid: copies.alsoSaid,
    remaining: 0,
  };
}

type Search = { store: Store; sessions: Sessions; member: string };
type Spoken = { session: string; turns: readonly Turn[]; replies: readonly Turn[] };

async function spokenBy({ store, sessions, member }: Search): Promise<Spoken[]> {
  const prefix = `${memberInKey(member)}:`;
  const places = new Set<string>();
  for await (const key of store.keys('member', prefix)) places.add(key.slice(prefix.length, key.lastIndexOf(':')));
  const spoken: Spoken[] = [];
  for (const session of places) {
    const turns: Turn[] = [];
    const replies: Turn[] = [];
    const ids = new Set<string>();
    for await (const turn of sessions.turns(session)) {
      if (turn.author.kind === 'member' && turn.author.id === member) {
        turns.push(turn);
        ids.add(turn.id);
      } else if (turn.author.kind === 'persona' && turn.answers !== undefined && ids.has(turn.answers)) {
        replies.push(turn);
      }
    }
    spoken.push({ session, turns, replies });
  }
  return spoken;
}

async function deleteRecords(store: Store, spoken: readonly Spoken[]): Promise<number> {
  const ids = new Set<string>();
  const answered = new Set<string>();
  for (const { session, turns, replies } of spoken) {
    for (const turn of turns) answered.add(`${session}:${turn.id}`);
    for (const variant of replies.flatMap((turn) => turn.variants)) if (variant.recordId) ids.add(variant.recordId);
  }
  for await (const id of store.keys('record')) {
    const record = await store.table('record').get(id);
    if (record && answered.has(`${record.session}:${record.answers}`)) ids.add(id);
  }
  let deleted = 0;
  for (const id of ids) if (await store.table('record').delete(id)) deleted += 1;
  return deleted;
}

type Erasing = { store: Store; sessions: Sessions; session: string; texts: Set<string> };

async function empty({ store, sessions, session, texts }: Erasing, turn: Turn): Promise<void> {
  await store.table('id').delete(`${session}:${turn.id}`);
  await sessions.rewrite(session, turn.seq, (current) => {
    const said = current.variants.flatMap((variant) => [variant.text, variant.reasoning ?? '']);
    for (const text of said) if (text !== '') texts.add(text);
    return emptied(current);
  });
}

/** Keeps the place in the script: what kind of author, and when. Nothing that was said, and nothing that leads to the person. */
function emptied({ seq, role, author, source, at }: Turn): Turn {
  return {
    seq,
    id: `forgotten-${seq}`,
    role,
    author: author.kind === 'member' ? { kind: 'member', id: '', name: '' } : author,
    source,
    variants: [{ text: '', messageIds: [] }],
    chosen: 0,
    at,
    hidden: true,
  };
}

async function tracesInFiles(store: Store, needles: ReadonlySet<string>): Promise<string[]> {
  const finder = createFinder(needles);
  const traces: string[] = [];
  for (const file of await store.compact()) {
    const found = await findInFile(file, finder);
    if (found.size > 0) traces.push(`the bytes of ${file}`);
  }
  return traces;
}
