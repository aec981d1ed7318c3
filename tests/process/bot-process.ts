// The real program as its own process, against the doubles.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

export type BotProcess = {
  child: ChildProcess;
  /** all it wrote so far */
  output(): string;
  /** Ends it as SIGTERM does and gives its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
};

/** Variables of the machine that tests must not inherit: a token or model set there is nobody's business here. */
const OURS = /^(DISCORD_|OPENAI_|LLAMA_|TROUPE_|STORE_URL)/;

export function cleanEnvironment(over: Record<string, string> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name, value]) => value !== undefined && !OURS.test(name));
  return { ...(Object.fromEntries(inherited) as Record<string, string>), ...over };
}

type Start = {
  environment: Record<string, string>;
  cwd: string;
  /** 'npm' runs `npm start` as people do; 'node' runs the program itself (default) */
  through?: 'npm' | 'node';
};

/** Starts the bot. Its children die with it: it leads a process group of its own. */
export function startBotProcess({ environment, cwd, through = 'node' }: Start): BotProcess {
  const [command, ...args] =
    through === 'npm'
      ? ['npm', '--prefix', root, 'start']
      : [process.execPath, path.join(root, 'src', 'main.ts'), 'start', '--discord'];
  const child = spawn(command ?? '', args, {
    cwd,
    env: cleanEnvironment({ LOG_LEVEL: 'warn', ...environment }),
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (written += data.toString('utf8')));
  const ended = once(child, 'close'); // when the program behind npm has let go of its output as well
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    if (process.platform === 'win32') child.kill(name);
    else process.kill(-child.pid, name);
  };
  return {
    child,
    output: () => written,
    async stop() {
      signal('SIGTERM');
      await ended;
      return child.exitCode;
    },
    async kill() {
      signal('SIGKILL');
      await ended;
    },
  };
}
