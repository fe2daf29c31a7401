// Counting words: each loop maps texts, and each holds the sums of the words that belong to it.
// An ordinary module; each thread that loads it has sums of its own.

const sums = new Map<string, number>();

/** The words of a text with their counts, in one part for each reducer. */
export function countWords(text: string, partCount: number): [word: string, count: number][][] {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const parts = Array.from({ length: partCount }, (): [string, number][] => []);
  for (const [word, count] of counts) parts[partOf(word, partCount)]?.push([word, count]);
  return parts;
}

/** Adds counts to this loop's sums. */
export function addCounts(counts: readonly [word: string, count: number][]): void {
  for (const [word, count] of counts) sums.set(word, (sums.get(word) ?? 0) + count);
}

/** The most frequent words of this loop; of equals the first in the alphabet. */
export function topWords(limit: number): [word: string, count: number][] {
  return [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, limit);
}

/** The same word always belongs to the same part. */
function partOf(word: string, partCount: number): number {
  let hash = 0;
  for (const character of word) hash = (hash * 31 + character.charCodeAt(0)) % 65_521;
  return hash % partCount;
}
