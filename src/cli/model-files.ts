import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectModel, type ModelFacts } from '../backends/llama/gguf/inspect-model.ts';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';

/** A model file and what it says of itself, or why it cannot be used. */
export type ModelFile = { path: string } & ({ facts: ModelFacts } | { problem: string });

/** Every .gguf file that ships with the program, was downloaded, or is named by LLAMA_MODEL. */
export async function findModelFiles({ places, model }: Config): Promise<ModelFile[]> {
  const folders = [places.models, join(places.data, 'models')];
  const found = (await Promise.all(folders.map(ggufFiles))).flat();
  const named = model.llama === undefined || isAddress(model.llama) ? [] : [model.llama];
  return Promise.all([...new Set([...found, ...named])].map(inspect));
}

/** Whether a model is named by an address, which is downloaded, and not by a path. */
export function isAddress(model: string): boolean {
  return /^[a-z]{2,}:/i.test(model);
}

async function ggufFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []); // no such folder: nothing was ever downloaded
  return names
    .filter((name) => name.toLowerCase().endsWith('.gguf'))
    .sort()
    .map((name) => join(folder, name));
}

async function inspect(path: string): Promise<ModelFile> {
  try {
    return { path, facts: await inspectModel(path) };
  } catch (error) {
    return { path, problem: messageOf(error) };
  }
}
