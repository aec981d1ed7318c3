import { eraseStates } from '../backends/llama/sequences/states/erase-states.ts';
import type { Turn } from '../chat.ts';
import { loadConfig } from '../config.ts';
import { TroupeError, UsageError } from '../errors.ts';
import { forgetMember } from '../memory/forget.ts';
import { openStore, type Store } from '../memory/open-store.ts';
import { openSessions, type Sessions } from '../memory/session.ts';
import { counted, print, printJson } from './print.ts';
import type { HistoryLine } from './read-history.ts';

type Format = { json?: boolean };

export async function listSessions({ json = false }: Format): Promise<undefined> {
  await withSessions(async ({ sessions }) => {
    const all = await sessions.list();
    const shown = all.map(({ session, turns, createdAt, lastAt }) => ({
      session,
      turns,
      from: dateOf(createdAt),
      to: dateOf(lastAt),
    }));
    if (json) return printJson(shown);
    if (shown.length === 0) process.stderr.write('Nothing is remembered yet.\n');
    for (const { session, turns, from, to } of shown) {
      let visible = 0;
      for await (const { hidden } of sessions.turns(session)) if (!hidden) visible += 1;
      print([`${session}  ${turns} turns (${visible} visible)  ${from} – ${to}`]);
    }
  });
}

/** A session to read: who said what, and what is hidden, pinned or left out of prompts. */
export async function showSession(name: string, { json = false }: Format): Promise<undefined> {
  await withSessions(async ({ sessions }) => {
    await requireSession(sessions, name);
    const { cut } = await sessions.recall(name);
    const turns = await turnsOf(sessions, name);
    if (json) return printJson({ session: name, cut, turns });
    print(membersLine(turns));
    print(turns.map((turn) => `${marksOf(turn, cut)}${turn.author.name || '(forgotten)'}: ${textOf(turn)}`));
  });
}

/** Every visible turn as a line of a history file. */
export async function exportSession(name: string): Promise<undefined> {
  await withSessions(async ({ sessions }) => {
    await requireSession(sessions, name);
    for await (const turn of sessions.turns(name)) {
      if (!turn.hidden) process.stdout.write(`${JSON.stringify(historyLine(turn))}\n`);
    }
  });
}

export async function forgetSessions({ member, json = false }: Format & { member: string }): Promise<undefined> {
  await withSessions(async ({ store, sessions }) => {
    // Of all sessions: what was quoted elsewhere is in those states as well, and they are only there to save time.
    await eraseStates(loadConfig().places.data, 'all');
    const forgotten = await forgetMember(store, sessions, member);
    if (forgotten.sessions === 0 && forgotten.records === 0) {
      throw new TroupeError(
        `Nobody with the id "${member}" has said anything that is remembered. The id is that of the Discord user, or terminal; \`session show NAME\` lists the ids of a session.`,
      );
    }
    if (json) return printJson(forgotten);
    const { turns, replies, sessions: places, alsoSaid } = forgotten;
    print([
      `Forgotten: ${counted(turns, 'turn')} of ${member} and ${replies} ${replies === 1 ? 'reply' : 'replies'} to them, in ${counted(places, 'session')}. Nothing is left in the store.`,
    ]);
    if (alsoSaid > 0) print([`${alsoSaid} of the longer texts were also said, word for word, by somebody else; those stay.`]);
  });
}

async function withSessions(work: (open: { store: Store; sessions: Sessions }) => Promise<undefined>): Promise<undefined> {
  const store = await openStore(loadConfig().storeUrl);
  try {
    await work({ store, sessions: openSessions(store) });
  } finally {
    await store.close();
  }
}

/** Throws UsageError when nothing is remembered under that name. */
async function requireSession(sessions: Sessions, name: string): Promise<void> {
  const known = (await sessions.list()).map(({ session }) => session);
  if (known.includes(name)) return;
  const there = known.length > 0 ? `there are ${known.slice(0, 20).join(', ')}` : 'nothing is remembered yet';
  throw new UsageError(`There is no session "${name}"; ${there}.`);
}

async function turnsOf(sessions: Sessions, name: string): Promise<Turn[]> {
  const turns: Turn[] = [];
  for await (const turn of sessions.turns(name)) turns.push(turn);
  return turns;
}

/** Who takes part, with the ids that `session forget` takes. */
function membersLine(turns: readonly Turn[]): string[] {
  const members = turns.filter(({ author }) => author.kind === 'member' && author.id !== '');
  const named = new Map(members.map(({ author }) => [author.id, author.name]));
  return named.size === 0 ? [] : [`members: ${[...named].map(([id, name]) => `${name} (${id})`).join(', ')}`];
}

function historyLine(turn: Turn): HistoryLine {
  const { role, author, id, at } = turn;
  return { role, name: author.name, text: textOf(turn), id, at: dateOf(at) };
}

function textOf({ variants, chosen }: Turn): string {
  return variants[chosen]?.text ?? '';
}

function marksOf({ seq, hidden, pinned }: Turn, cut: number): string {
  return `${hidden ? '[hidden] ' : ''}${pinned ? '[pinned] ' : ''}${seq <= cut && !pinned ? '[cut] ' : ''}`;
}

function dateOf(at: number): string {
  return new Date(at).toISOString();
}
