/** A stream of random numbers that is the same on every machine. */
export type Random = {
  /** in [0, 1) */
  uniform(): number;
  /** close to a normal distribution, mean 0, deviation 1; made of sums alone, since Math.log and Math.cos may differ by platform */
  normal(): number;
};

/** A 32-bit xorshift generator (Marsaglia 2003). The seed must not be 0. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  const normal = () => {
    let sum = 0;
    for (let draw = 0; draw < 12; draw++) sum += uniform();
    return sum - 6;
  };
  return { uniform, normal };
}
