import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Babble, babbleModel } from '../../tests/made-model/babble/babble-model.ts';
import type { BabbleSize } from '../../tests/made-model/babble/babble-shapes.ts';
import { writeGguf } from '../../tests/made-model/write-gguf.ts';

/** Paths of GGUF files. */
export type Models = {
  /** the model that ships */
  pocket: string;
  /** attends to everything; its replies end, and their text seldom becomes the tokens again that were said */
  full: string;
  /** the same with a sliding window in every second layer */
  sliding: string;
  /** as `full`, but its replies end only when they are stopped, and their text always becomes the same tokens again: for pairs of
   * engines, so that both have the same work */
  steady: string;
};

const MADE: Readonly<Record<Exclude<keyof Models, 'pocket'>, Omit<Babble, 'size'>>> = {
  full: { kind: 'full' },
  sliding: { kind: 'sliding' },
  steady: { kind: 'full', endless: true, drifts: false },
};

const POCKET = path.join(import.meta.dirname, '../../models/pocket.gguf');

/** Makes the models of random weights in a folder: always the same bytes. */
export async function makeModels(folder: string, size: BabbleSize): Promise<Models> {
  const models: Models = { pocket: POCKET, full: '', sliding: '', steady: '' };
  for (const name of ['full', 'sliding', 'steady'] as const) {
    models[name] = path.join(folder, `${name}.gguf`);
    await writeFile(models[name], writeGguf(babbleModel({ ...MADE[name], size })));
  }
  return models;
}
