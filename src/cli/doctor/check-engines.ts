import { type NotedState, readEngineStates } from '../../backends/llama/process/engine-state.ts';
import type { Check } from './run-checks.ts';

const STATES = {
  'not started': 'not started yet',
  opening: 'loading its model',
  ready: 'ready',
  waiting: 'broken down, and starts again by itself',
  closed: 'closed',
};

/** The engines of the bot that runs now with this data folder. */
export async function checkEngines(dataFolder: string): Promise<Check> {
  const states = await readEngineStates(dataFolder);
  if (states.length === 0)
    return { name: 'engine', status: 'absent', says: 'no bot runs llama.cpp with this data folder now.' };
  const says = `${states.map(describe).join('; ')}.`;
  const isTroubled = states.some(({ breakdowns }) => breakdowns > 0);
  if (!isTroubled) return { name: 'engine', status: 'works', says };
  const advice = 'Look at the log of the bot; a smaller contextSize, fewer sequences or gpu: off may help.';
  return { name: 'engine', status: 'works', says, advice };
}

function describe({ name, state, pid, breakdowns, lastEnd }: NotedState): string {
  const where = pid === undefined ? '' : ` (process ${pid})`;
  const times = breakdowns === 1 ? 'once' : `${breakdowns} times`;
  const trouble = breakdowns === 0 ? '' : `; it broke down ${times} since the bot started, the last time by ${lastEnd}`;
  return `${name} is ${STATES[state]}${where}${trouble}`;
}
