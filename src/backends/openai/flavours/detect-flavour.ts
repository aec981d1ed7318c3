import { messageOf } from '../../../errors.ts';
import { askPage, type Server, statusOf } from '../server.ts';
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
 * so the first of the list wins. Throws BackendError when nothing answers, or what answers is not ready to tell; `before` is what it
 * was found to be when it was asked last.
 */
export async function detectFlavour(server: Server, before?: Flavour): Promise<Flavour> {
  const { flavour } = server.settings;
  if (flavour !== 'auto') return FLAVOURS[flavour];
  const flavours = Object.values(FLAVOURS);
  const byAddress = flavours.find((one) => one.isAt?.(server.baseUrl));
  if (byAddress) return byAddress;
  const asked = flavours.filter((one) => one.detect);
  const answers = await Promise.allSettled(asked.map((one) => one.detect?.(server)));
  const found = asked.find((_, index) => fulfilled(answers[index]) === true);
  if (found) return found;
  const failures = answers.map((answer) => (answer.status === 'rejected' ? { reason: answer.reason } : undefined));
  const failed = failures.filter((failure) => failure !== undefined);
  const own = before && failures[asked.indexOf(before)];
  const notReady = own ?? failed.find(({ reason }) => isLoading(reason));
  if (notReady) throw notReady.reason;
  if (failed.length === asked.length) await requireAnswer(server, failed);
  return generic;
}

function fulfilled(answer: PromiseSettledResult<boolean | undefined> | undefined): boolean | undefined {
  return answer?.status === 'fulfilled' ? answer.value : undefined;
}

/** llama-server answers so on all of its pages but the list of models; a gateway may answer 503 for pages that it does not have. */
function isLoading(reason: unknown): boolean {
  return statusOf(reason) === 503 && /\bloading\b/i.test(messageOf(reason));
}

/** No page could be asked. A gateway may be like that, but then it has a list of models. Throws BackendError. */
async function requireAnswer(server: Server, failed: readonly { reason: unknown }[]): Promise<void> {
  const silent = failed.find(({ reason }) => statusOf(reason) === undefined);
  if (silent) throw silent.reason;
  await askPage(server, `${server.baseUrl}/models`);
}
