import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

/** Name of the file that says which process a folder of states belongs to. */
export const OWNER_NAME = 'owner.json';

const ownerSchema = z.object({
  pid: z.int().positive(),
  /** when that process started, as the system counts it, where it says so: another process may get the same number later */
  started: z.string().nullable(),
  /** of this claim, which tells it from others of the same process */
  claim: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

/** Longer than it takes to read the file and to put another in its place. */
const SETTLE_MS = 50;
const claimsOfThisProcess = new Set<string>();

export type Claim = { owned: true; release(): Promise<void> } | { owned: false; pid: number };

/**
 * Makes a folder this process's own, unless a process that lives has it. That of a dead one is taken over.
 * Throws what node:fs throws.
 */
export async function claimFolder(folder: string): Promise<Claim> {
  const file = path.join(folder, OWNER_NAME);
  const claim = randomBytes(8).toString('hex');
  const started = (await startOf(process.pid))?.started ?? null;
  const text = JSON.stringify({ pid: process.pid, started, claim } satisfies Owner);
  if (!(await create(file, text))) {
    // One that cannot be read may be written at this moment.
    const present = (await readOwner(file)) ?? (await wait(SETTLE_MS, undefined).then(() => readOwner(file)));
    if (present && (await isAlive(present))) return { owned: false, pid: present.pid };
    const winner = await takeOver(file, text, claim);
    if (winner?.claim !== claim) return { owned: false, pid: winner?.pid ?? 0 };
  }
  claimsOfThisProcess.add(claim);
  return {
    owned: true,
    async release() {
      claimsOfThisProcess.delete(claim);
      if ((await readOwner(file))?.claim === claim) await rm(file, { force: true });
    },
  };
}

async function create(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Of several processes that take over at once, the one whose file is there last. */
async function takeOver(file: string, text: string, claim: string): Promise<Owner | undefined> {
  const unfinished = `${file}.${claim}`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, file);
  await wait(SETTLE_MS);
  return await readOwner(file);
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, started, claim }: Owner): Promise<boolean> {
  const now = await startOf(pid);
  if (pid === process.pid && (started === null || started === now?.started)) return claimsOfThisProcess.has(claim);
  if (now && started !== null) return now.started === started && !now.ended;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * When a process started, and whether it ended and only waits to be asked how. Undefined where there is no such process, or no such
 * file system. Fields of /proc/pid/stat: man 5 proc_pid_stat; the second, in brackets, is a name that may hold anything.
 */
async function startOf(pid: number): Promise<{ started: string; ended: boolean } | undefined> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, sinceBoot] = [fields[0], fields[19]];
    return { started: `${boot.trim()} ${sinceBoot}`, ended: state === 'Z' || state === 'X' };
  } catch {
    return undefined;
  }
}
