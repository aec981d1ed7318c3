const DISCORD_EPOCH_MS = 1_420_070_400_000;

/** Gives ids as Discord does: the time in the upper bits, always growing. */
export function createSnowflakes(now: () => number): () => string {
  let last = 0n;
  return () => {
    const fresh = BigInt(Math.floor(now()) - DISCORD_EPOCH_MS) << 22n;
    last = fresh > last ? fresh : last + 1n;
    return last.toString();
  };
}
