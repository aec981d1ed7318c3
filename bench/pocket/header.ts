import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type GgufValue, parseGguf } from '../../src/backends/llama/gguf/parse-gguf.ts';
import { corpusHash, promptsHash } from '../../tools/pocket/prompts.ts';

/** The prompts and the phrases that the model was trained on, as their hashes stand in its file. */
const PROMPTS_KEY = 'troupe.prompts';
const CORPUS_KEY = 'troupe.corpus';
const SHOWN_DIGITS = 12;

export type ModelFile = { name: string; sha256: string; bytes: number; prompts: string; phrases: string };

/** What the figures are of. Pocket is a few MB, so that its whole file is hashed, not its head alone. */
export async function describeModelFile(file: string): Promise<ModelFile> {
  const bytes = await readFile(file);
  const { metadata } = parseGguf(bytes);
  return {
    name: path.basename(file),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    prompts: comparePrompts(metadata.get(PROMPTS_KEY), await promptsHash()),
    phrases: comparePhrases(metadata.get(CORPUS_KEY), await corpusHash()),
  };
}

/** Whether what people meet today (shipped personas, house text, layout) is what the model was trained on. */
export function comparePrompts(trainedOn: GgufValue | undefined, today: string): string {
  return compare(trainedOn, today, { key: PROMPTS_KEY, what: 'personas, house text or layout' });
}

/** Whether the phrases that the bench says are the ones the model learned. */
export function comparePhrases(trainedOn: GgufValue | undefined, today: string): string {
  return compare(trainedOn, today, { key: CORPUS_KEY, what: 'tools/pocket/corpus' });
}

function compare(trainedOn: GgufValue | undefined, today: string, { key, what }: { key: string; what: string }): string {
  if (typeof trainedOn !== 'string') return `unknown: the model file does not say (${key})`;
  if (trainedOn === today) return 'as trained';
  const [then, now] = [trainedOn, today].map((hash) => hash.slice(0, SHOWN_DIGITS));
  return `changed since training: ${what} were ${then} and are ${now}`;
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
