/**
 * Numbers for the runs of this thread, by which other threads name them. A number is never used
 * again, so that a token which outlives its run leads to no other.
 */
import type { EntryQueue } from '../trio/entry-queue.js';

const numbers = new WeakMap<EntryQueue, number>();
let count = 0;

/** The number of a run, known by its queue; given on first use. */
export function runNumber(queue: EntryQueue): number {
  let number = numbers.get(queue);
  if (number === undefined) {
    count += 1;
    number = count;
    numbers.set(queue, number);
  }
  return number;
}
