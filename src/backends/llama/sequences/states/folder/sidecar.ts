// What is known of a saved state, in a JSON file beside it. Both are named by a hash of whose state it is, which every file system
// takes; the state's name has a random part as well, so that a new one never has the name of one that is being read.

import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { StateKind, StateOwner } from '../saved-state.ts';

const VERSION = 1;
const KEY = '[0-9a-f]{32}';
const STATE_NAME = new RegExp(`^(${KEY})-[0-9a-f]{16}\\.kv$`);
const SIDECAR_NAME = new RegExp(`^(${KEY})\\.json$`);
const UNFINISHED_NAME = new RegExp(`^${KEY}-[0-9a-f]{16}\\.tmp$`);
/** Above any real one: a conversation of a million tokens has one of some 10 MB. */
export const LARGEST_SIDECAR_BYTES = 64 * 2 ** 20;

const count = z.int().nonnegative();

const sidecarSchema = z.strictObject({
  version: z.literal(VERSION),
  fingerprint: z.string(),
  owner: z.strictObject({ persona: z.string(), session: z.string().exactOptional() }),
  kind: z.enum(['whole', 'opening']),
  /** name of the state's file, in the same folder */
  file: z.string().regex(STATE_NAME),
  bytes: count,
  crc32: count.max(0xff_ff_ff_ff),
  tokens: count,
  tokensHash: z.string(),
  /** the session that a shared state was made in */
  from: z.string().exactOptional(),
  /** ms since the epoch; the file's time of modification is newer where the state was loaded since */
  lastUse: z.number().nonnegative(),
});
const sealedSchema = z.strictObject({ seal: z.string(), sidecar: z.unknown() });

export type Sidecar = z.infer<typeof sidecarSchema>;

/** The same for the same owner and kind. */
export function keyOf({ persona, session }: StateOwner, kind: StateKind): string {
  const owner = JSON.stringify([persona, session ?? null, kind]);
  return createHash('sha256').update(owner).digest('hex').slice(0, 32);
}

export function sidecarName(key: string): string {
  return `${key}.json`;
}

export function newStateName(key: string): string {
  return `${key}-${randomBytes(8).toString('hex')}.kv`;
}

export function newUnfinishedName(key: string): string {
  return `${key}-${randomBytes(8).toString('hex')}.tmp`;
}

/** The key in a sidecar's name; undefined for any other name. */
export function keyOfSidecar(name: string): string | undefined {
  return SIDECAR_NAME.exec(name)?.[1];
}

export function isState(name: string): boolean {
  return STATE_NAME.test(name);
}

/** Whether a file was put there by a store; everything else in a folder is left alone. */
export function isOfStore(name: string): boolean {
  return isState(name) || SIDECAR_NAME.test(name) || UNFINISHED_NAME.test(name);
}

export function encodeSidecar(sidecar: Sidecar): string {
  return JSON.stringify({ seal: sealOf(sidecar), sidecar });
}

/** Undefined for everything that `encodeSidecar` did not write for this key, a single changed bit included. */
export function decodeSidecar(text: string, key: string): Sidecar | undefined {
  const sealed = sealedSchema.safeParse(parse(text));
  if (!sealed.success || sealed.data.seal !== sealOf(sealed.data.sidecar)) return undefined;
  const { success, data } = sidecarSchema.safeParse(sealed.data.sidecar);
  if (!success || keyOf(data.owner, data.kind) !== key || !data.file.startsWith(`${key}-`)) return undefined;
  return data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sealOf(sidecar: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sidecar) ?? '')
    .digest('hex');
}
