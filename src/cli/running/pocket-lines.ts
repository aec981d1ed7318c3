import type { Backend } from '../../backends/backend.ts';
import { inspectModel } from '../../backends/llama/gguf/inspect-model.ts';
import type { DefaultBackend } from '../../config/default-backend.ts';
import { type FoundServer, findServers, USUAL_PORTS } from '../../config/find-servers.ts';
import { BackendError } from '../../errors.ts';
import { describeServer } from '../describe-server.ts';
import { describeModel } from './announce.ts';
import { describeBackend } from './describe-backend.ts';

/** A server that hangs may keep the first reply waiting for no longer, once the model is loaded. */
const GRACE_MS = 300;

type Pocket = {
  backend: Backend;
  standard: DefaultBackend;
  /** its file */
  file: string;
  /** left out, the usual ones */
  ports?: readonly number[];
};

/**
 * For somebody who configured nothing: what Pocket is, which model servers answer on this machine, how to change it. The servers are
 * looked for while the model loads. Throws ConfigError when Pocket itself cannot be used.
 */
export async function pocketLines({ backend, standard, file, ports = USUAL_PORTS }: Pocket): Promise<string[]> {
  const giveUp = new AbortController();
  const servers = findServers(ports, giveUp.signal);
  let timer: NodeJS.Timeout | undefined;
  try {
    const facts = await describeBackend(backend, standard.because);
    if (facts instanceof BackendError) return [describeModel(facts, standard)];
    // Loading keeps the program from reading answers that are long here: the clock starts now, not with the question.
    timer = setTimeout(() => giveUp.abort(), GRACE_MS);
    return [await whatItIs(file), whatElseThereIs(await servers, ports), HOW_TO_CHANGE_IT];
  } finally {
    clearTimeout(timer);
    giveUp.abort();
  }
}

async function whatItIs(file: string): Promise<string> {
  const { name, parameters } = await inspectModel(file);
  const size = (parameters / 1e6).toFixed(1);
  return `${name} answers: a demonstration model of ${size} million parameters. It plays personas and remembers this conversation; it knows nothing else.`;
}

function whatElseThereIs(servers: readonly FoundServer[], ports: readonly number[]): string {
  if (servers.length > 0) return `Model servers that answer on this machine: ${servers.map(describeServer).join('; ')}.`;
  return `No model server answers on this machine (asked at the usual ports: ${ports.join(', ')}).`;
}

const HOW_TO_CHANGE_IT =
  '`npm run setup` changes that: it lets a model server or a model file answer, and brings the bot to Discord.';
