import type { Server } from '../server.ts';
import type { Flavour, FlavourName } from './flavour.ts';
import { generic } from './generic.ts';
import { llamaServer } from './llama-server.ts';
import { lmStudio } from './lm-studio.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openrouter } from './openrouter.ts';
import { vllm } from './vllm.ts';

const FLAVOURS: Readonly<Record<FlavourName, Flavour>> = {
  'llama-server': llamaServer,
  'lm-studio': lmStudio,
  ollama,
  vllm,
  openrouter,
  openai,
  generic,
};

/**
 * Which server speaks: the settings' word, else the address, else the pages that only one of them has. Servers imitate one another,
 * so the first of the list wins. Throws BackendError when nothing answers.
 */
export async function detectFlavour(server: Server): Promise<Flavour> {
  const { flavour } = server.settings;
  if (flavour !== 'auto') return FLAVOURS[flavour];
  const flavours = Object.values(FLAVOURS);
  const byAddress = flavours.find((one) => one.isAt?.(server.baseUrl));
  if (byAddress) return byAddress;
  const asked = flavours.filter((one) => one.detect);
  const answers = await Promise.allSettled(asked.map((one) => one.detect?.(server)));
  const found = asked.find((_, index) => fulfilled(answers[index]) === true);
  const failures = answers.filter((answer) => answer.status === 'rejected');
  if (!found && failures.length === answers.length) throw failures[0]?.reason;
  return found ?? generic;
}

function fulfilled(answer: PromiseSettledResult<boolean | undefined> | undefined): boolean | undefined {
  return answer?.status === 'fulfilled' ? answer.value : undefined;
}
