import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type GgufValue, parseGguf } from '../../src/backends/llama/gguf/parse-gguf.ts';
import { promptsHash } from '../../tools/pocket/prompts.ts';

/** The prompts that the model was trained on, as their hash stands in its file. */
const PROMPTS_KEY = 'troupe.prompts';
const SHOWN_DIGITS = 12;

export type ModelFile = { name: string; sha256: string; bytes: number; prompts: string };

/** What the figures are of. Pocket is a few MB, so that its whole file is hashed, not its head alone. */
export async function describeModelFile(file: string): Promise<ModelFile> {
  const bytes = await readFile(file);
  const trainedOn = parseGguf(bytes).metadata.get(PROMPTS_KEY);
  return {
    name: path.basename(file),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    prompts: comparePrompts(trainedOn, await promptsHash()),
  };
}

/** Whether what people meet today (shipped personas, house text, layout) is what the model was trained on. */
export function comparePrompts(trainedOn: GgufValue | undefined, today: string): string {
  if (typeof trainedOn !== 'string') return `unknown: the model file does not say (${PROMPTS_KEY})`;
  if (trainedOn === today) return 'as trained';
  const [then, now] = [trainedOn, today].map((hash) => hash.slice(0, SHOWN_DIGITS));
  return `changed since training: personas, house text or layout were ${then} and are ${now}`;
}

export function describeMachine(): Record<string, unknown> {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() || 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Number((os.totalmem() / 2 ** 30).toFixed(1)),
    system: `${os.platform()} ${os.arch()}`,
    node: process.version,
    // Whatever else runs makes times longer; the shares stay what they are.
    loadBefore: Number((os.loadavg()[0] ?? 0).toFixed(2)),
  };
}
