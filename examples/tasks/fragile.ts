// A worker that does not always survive its work, for the example of supervision.
// Its count lives in the thread, and dies with it.

import process from 'node:process';
import { sleep } from 'threadloop';

let count = 0;

/** Counts what this thread has done; a thread that crashes begins anew. */
export function work(input: number): string {
  if (input === 13) process.exit(13);
  count += 1;
  return `input ${input} is done, the thread's number ${count}`;
}

/** Sets a timer that throws, and outlives it. */
export async function failLater(): Promise<string> {
  setTimeout(() => {
    throw new RangeError('nobody waits for this');
  }, 0);
  await sleep(10);
  return 'the thread goes on';
}
