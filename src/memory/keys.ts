import type { ReplyRecord, Sampling, Turn } from '../chat.ts';

/** What is kept beside a session's turns. `pinned` may name a turn that is no longer pinned, never the other way round. */
export type Head = {
  /** the seq that the next turn gets */
  nextSeq: number;
  /** seq of the newest turn that is left out of prompts; 0 while nothing is */
  cut: number;
  /** seqs of pinned turns, ascending */
  pinned: readonly number[];
  /** `at` of the first and of the newest turn, ms */
  createdAt: number;
  lastAt: number;
};

export type ChannelSettings = {
  /** id of the persona that answers here; left out, the operator's default does */
  persona?: string;
  /** whether every message is answered here; left out, the operator's rule or the persona says */
  always?: boolean;
  /** dials set for this channel, over the persona's own */
  sampling: Partial<Sampling>;
  /** counts the resets of this channel, from 1 */
  generation: number;
};

/** The value behind a key of each kind. Everything is JSON. */
export type TableValues = {
  head: Head;
  turn: Turn;
  id: number;
  member: number;
  record: ReplyRecord;
  persona: unknown;
  channel: ChannelSettings;
  claim: unknown;
};
export type TableName = keyof TableValues;

/**
 * - `owner`: whose data it is
 * - `exported` by `troupe session export`: `in-history` goes out as lines of a history file (what is visible, in the chosen variant);
 *   `never` stays here
 * - `erased` when a member is forgotten: `emptied` keeps the place and nothing said in it; `deleted` goes away with the turn;
 *   `nothing` holds no word of a member
 */
type KeyKind = {
  key: string;
  holds: string;
  owner: 'member' | 'channel' | 'operator';
  exported: 'in-history' | 'never';
  erased: 'emptied' | 'deleted' | 'nothing';
};

/** Every kind of key in the store. A kind that is not here cannot be opened; what forgets a member reads them all. */
export const KEY_KINDS: Readonly<Record<TableName, KeyKind>> = {
  head: {
    key: 'head:<session>',
    holds: 'next seq, cut, pinned turns, first and last time',
    owner: 'channel',
    exported: 'never',
    erased: 'nothing',
  },
  turn: {
    key: 'turn:<session>:<seq>',
    holds: 'what was said, by whom, and all variants',
    owner: 'member',
    exported: 'in-history',
    erased: 'emptied',
  },
  id: {
    key: 'id:<session>:<turn id>',
    holds: 'the seq of that turn',
    owner: 'member',
    exported: 'never',
    erased: 'deleted',
  },
  member: {
    key: 'member:<member>:<session>:<seq>',
    holds: 'that this member said this turn',
    owner: 'member',
    exported: 'never',
    erased: 'deleted',
  },
  record: {
    key: 'record:<id>',
    holds: 'how a reply was made',
    owner: 'member',
    exported: 'never',
    erased: 'deleted',
  },
  persona: {
    key: 'persona:<hash>',
    holds: 'a persona as it was when it spoke',
    owner: 'operator',
    exported: 'never',
    erased: 'nothing',
  },
  channel: {
    key: 'channel:<channel>',
    holds: 'persona, dials and generation of a channel',
    owner: 'channel',
    exported: 'never',
    erased: 'nothing',
  },
  claim: {
    key: 'claim:<name>',
    holds: 'who works on what, until it expires',
    owner: 'operator',
    exported: 'never',
    erased: 'nothing',
  },
};

/** How a member stands in a key: no colon is left in it, so that one member's keys never begin like another's. */
export function memberInKey(member: string): string {
  return encodeURIComponent(member.toWellFormed());
}
