/** Questions that are asked at once where a server counts only one text at a time. */
const AT_ONCE = 8;

/** How many numbers stand before, between and after the places of one number in a list. */
export function lengthsBetween(numbers: readonly number[], border: number): number[] {
  const lengths = [0];
  for (const number of numbers) {
    if (number === border) lengths.push(0);
    else lengths.push((lengths.pop() ?? 0) + 1);
  }
  return lengths;
}

/** Counts texts one by one, a few at once. */
export async function countApart(texts: readonly string[], count: (text: string) => Promise<number>): Promise<number[]> {
  const counts: number[] = [];
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    counts.push(...(await Promise.all(texts.slice(from, from + AT_ONCE).map(count))));
  }
  return counts;
}
