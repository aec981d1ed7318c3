import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const PROGRAM = /src[\\/]main\.ts$/;
const ENGINE = /src[\\/]backends[\\/]llama[\\/]engine[\\/]main\.ts$/;
const KIB_PER_MIB = 1024;

/**
 * The most memory in MiB that the program under this process and its engine ever held (VmHWM of Linux, less what several processes
 * share); npm and shells in between do not count. Null where the system does not tell or the program is gone.
 */
export async function peakMemoryOf(pid: number | undefined): Promise<number | null> {
  if (process.platform !== 'linux' || pid === undefined) return null;
  const peaks = await Promise.all((await findProgram(pid)).map(peakOf));
  return peaks.length === 0 ? null : Math.round(peaks.reduce((sum, peak) => sum + peak, 0) / KIB_PER_MIB);
}

/** KiB */
async function peakOf(pid: number): Promise<number> {
  const [status, rollup] = await Promise.all([readOr(`/proc/${pid}/status`), readOr(`/proc/${pid}/smaps_rollup`)]);
  const read = (text: string, name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
  return read(status, 'VmHWM') - (read(rollup, 'Rss') - read(rollup, 'Pss'));
}

/** The descendants that run main.ts itself, of the program and of its engine, not a shell that has it in its command. */
async function findProgram(ancestor: number): Promise<number[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(processes.map(async (pid) => [pid, await parentOf(pid)] as const)));
  const descends = (pid: number | undefined): boolean => pid !== undefined && (pid === ancestor || descends(parents.get(pid)));
  const found: number[] = [];
  for (const pid of processes.filter(descends)) {
    const program = (await readOr(`/proc/${pid}/cmdline`)).split('\0')[1] ?? '';
    if (PROGRAM.test(program) || ENGINE.test(program)) found.push(pid);
  }
  return found;
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
