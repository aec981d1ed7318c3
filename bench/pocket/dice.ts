import { crc32 } from 'node:zlib';
import { createRandom } from '../../tests/made-model/random.ts';

/** Choices that are the same in every run with the same seed. */
export type Dice = {
  /** 0 to count - 1 */
  below(count: number): number;
  /** one of a list that is not empty */
  pick<T>(list: readonly T[]): T;
  /** so many different ones, or all where there are fewer */
  sample<T>(list: readonly T[], count: number): T[];
};

/** Dice of their own for each purpose, so that one row's cases do not change when another's do. */
export function createDice(seed: number, purpose: string): Dice {
  const random = createRandom(hash(seed, purpose) || 1);
  for (let warm = 0; warm < 8; warm += 1) random.uniform(); // seeds that are close give first numbers that are close
  const below = (count: number) => Math.floor(random.uniform() * count);
  return {
    below,
    pick(list) {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new Error(`There is nothing to choose from (${purpose}).`);
      return picked;
    },
    sample(list, count) {
      const left = [...list];
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)).flat();
    },
  };
}

/** A seed for one purpose, as samplers take it. */
export function hash(seed: number, purpose: string): number {
  return crc32(`${seed}:${purpose}`) & 0x7fffffff;
}
