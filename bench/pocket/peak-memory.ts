import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const PROGRAM = /src[\\/]main\.ts$/;
const KIB_PER_MIB = 1024;

/**
 * The most memory in MiB that the program under this process ever held (VmHWM of Linux); npm and shells in between do not count.
 * Null where the system does not tell or the program is gone.
 */
export async function peakMemoryOf(pid: number | undefined): Promise<number | null> {
  if (process.platform !== 'linux' || pid === undefined) return null;
  const program = await findProgram(pid);
  if (program === undefined) return null;
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(await readOr(`/proc/${program}/status`))?.[1];
  return peak === undefined ? null : Math.round(Number(peak) / KIB_PER_MIB);
}

/** The descendant that runs main.ts itself, not a shell that has it in its command. */
async function findProgram(ancestor: number): Promise<number | undefined> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(processes.map(async (pid) => [pid, await parentOf(pid)] as const)));
  const descends = (pid: number | undefined): boolean => pid !== undefined && (pid === ancestor || descends(parents.get(pid)));
  for (const pid of processes.filter(descends)) {
    const words = (await readOr(`/proc/${pid}/cmdline`)).split('\0');
    if (PROGRAM.test(words[1] ?? '')) return pid;
  }
  return undefined;
}

async function parentOf(pid: number): Promise<number | undefined> {
  const parent = /^PPid:\s+(\d+)$/m.exec(await readOr(`/proc/${pid}/status`))?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** A process may end while it is looked at. */
function readOr(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** Elsewhere the program itself writes down its peak when it ends: the variables make Node load a few lines before it. */
export function reportPeakMemory(folder: string, platform = process.platform) {
  const file = path.join(folder, 'peak-memory');
  if (platform === 'linux') return { variables: {}, read: async () => null };
  const lines = [
    `import { writeFileSync } from 'node:fs';`,
    `process.on('exit', () => {`,
    `  if (${PROGRAM}.test(process.argv[1] ?? '')) writeFileSync(new URL(${JSON.stringify(pathToFileURL(file).href)}), String(process.resourceUsage().maxRSS));`,
    `});`,
  ];
  return {
    variables: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(lines.join('\n'))}` },
    async read(): Promise<number | null> {
      const written = await readOr(file);
      return written === '' ? null : Math.round(Number(written) / KIB_PER_MIB);
    },
  };
}
