import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What became of an engine, for operators. */
export type EngineState = {
  /** `waiting`: it broke down and starts again after a pause */
  state: 'not started' | 'opening' | 'ready' | 'waiting' | 'closed';
  pid?: number;
  /** how often it ended by itself since the bot started */
  breakdowns: number;
  /** how it ended last */
  lastEnd?: string;
};

export type NotedState = EngineState & {
  /** of the backend */
  name: string;
  /** of the bot's process */
  botPid: number;
};

const folderOf = (dataFolder: string) => path.join(dataFolder, 'engines');
const fileOf = (dataFolder: string, name: string) => path.join(folderOf(dataFolder), `${encodeURIComponent(name)}.json`);

/** Notes the state where `doctor`, another process, finds it; removes the note of an engine that is closed. */
export async function noteEngineState(dataFolder: string, name: string, state: EngineState): Promise<void> {
  if (state.state === 'closed') return await rm(fileOf(dataFolder, name), { force: true });
  await mkdir(folderOf(dataFolder), { recursive: true });
  const noted: NotedState = { ...state, name, botPid: process.pid };
  await writeFile(fileOf(dataFolder, name), `${JSON.stringify(noted)}\n`);
}

/** The engines of the bot that runs with this data folder; none where no bot runs. */
export async function readEngineStates(dataFolder: string): Promise<NotedState[]> {
  const names = await readdir(folderOf(dataFolder)).catch(() => []);
  const noted = await Promise.all(names.map((name) => readNote(path.join(folderOf(dataFolder), name))));
  return noted.filter((state) => state !== undefined).filter(({ botPid }) => isAlive(botPid));
}

/** Undefined for what is being written at this moment, and for what is no note. */
async function readNote(file: string): Promise<NotedState | undefined> {
  try {
    const noted: NotedState = JSON.parse(await readFile(file, 'utf8'));
    return typeof noted.botPid === 'number' ? noted : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
