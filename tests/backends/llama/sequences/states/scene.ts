// A model, its context and a folder for states, for tests of what happens to saved states.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import { openLlama } from '../../../../../src/backends/llama/engine/open-llama.ts';
import type { SavedState, StateOwner, StateStore } from '../../../../../src/backends/llama/sequences/states/state-store.ts';
import { openStateStore } from '../../../../../src/backends/llama/sequences/states/state-store.ts';
import { llamaSettingsSchema } from '../../../../../src/backends/llama/settings.ts';
import { createRelayLog, silentLog } from '../../../../../src/log.ts';

export const MIB = 2 ** 20;
export const FINGERPRINT = 'the made model, as these tests open it';
const CONTEXT_TOKENS = 512;

export type Scene = {
  context: LlamaContext;
  sequences: LlamaContextSequence[];
  vocabularySize: number;
  close(): Promise<void>;
};

/** The model on one thread of the CPU, with as many sequences as asked for. */
export async function openScene(
  modelPath: string,
  { sequences = 3, contextSize = CONTEXT_TOKENS, swaFullCache = false } = {},
): Promise<Scene> {
  const settings = llamaSettingsSchema.parse({ kind: 'llama', model: modelPath, gpu: 'off', threads: 1 });
  const { llama } = await openLlama(settings, silentLog());
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize, sequences, threads: 1, swaFullCache });
  return {
    context,
    sequences: Array.from({ length: sequences }, () => context.getSequence()),
    vocabularySize: model.fileInfo.metadata.tokenizer.ggml.tokens.length,
    async close() {
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
}

export type Place = { root: string; memory: string; disk: string; remove(): void };

export function createPlace(): Place {
  const root = mkdtempSync(path.join(tmpdir(), 'troupe-states-'));
  mkdirSync(path.join(root, 'data'));
  const place = { root, memory: path.join(root, 'memory'), disk: path.join(root, 'data', 'kv') };
  return { ...place, remove: () => rmSync(root, { recursive: true, force: true }) };
}

type StoreOptions = {
  memoryBytes?: number | undefined;
  diskBytes?: number | undefined;
  fingerprint?: string;
  largestTokens?: number;
};

export type OpenedStore = StateStore & { warnings: string[] };

/** Tiers whose bytes are undefined are off. */
export async function openStore(
  { memory, disk }: Place,
  { memoryBytes, diskBytes = 64 * MIB, fingerprint = FINGERPRINT, largestTokens = CONTEXT_TOKENS }: StoreOptions = {},
): Promise<OpenedStore> {
  const warnings: string[] = [];
  const log = createRelayLog((line) => {
    const { level, msg }: { level: number; msg: string } = JSON.parse(line);
    if (level >= 40) warnings.push(msg);
  });
  const tier = (folder: string, budgetBytes: number | undefined) =>
    budgetBytes === undefined ? undefined : { folder, budgetBytes };
  const places = { memory: tier(memory, memoryBytes), disk: tier(disk, diskBytes) };
  const store = await openStateStore({ places, fingerprint, largestTokens, log });
  return Object.assign(store, { warnings });
}

export function tokens(...ids: number[]): Token[] {
  return ids as Token[];
}

/** Tokens that differ from those of another seed, and are no control tokens. */
export function promptOf(length: number, seed: number): Token[] {
  return tokens(...Array.from({ length }, (_, at) => 20 + ((seed * 7919 + at * 104_729 + at * at * seed * 31) % 200)));
}

/** Whatever the sequence held, now it holds this. */
export async function fill(sequence: LlamaContextSequence, prompt: readonly Token[]): Promise<void> {
  await sequence.clearHistory();
  await sequence.evaluateWithoutGeneratingNewTokens([...prompt]);
}

/** The tokens that come next at temperature 0. */
export async function generate(sequence: LlamaContextSequence, rest: readonly Token[], count = 8): Promise<Token[]> {
  const generated: Token[] = [];
  for await (const token of sequence.evaluate([...rest], { temperature: 0, yieldEogToken: true })) {
    generated.push(token);
    if (generated.length === count) break;
  }
  return generated;
}

export async function saved(store: StateStore, sequence: LlamaContextSequence, owner: StateOwner): Promise<SavedState> {
  const state = await store.save(sequence, { owner, kind: 'whole' });
  if (!state) throw new Error('The state was not saved.');
  return state;
}

/** Names and contents of all files of a folder; none where there is no folder. */
export function filesOf(folder: string): { name: string; bytes: Buffer }[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.sort().map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }));
}
