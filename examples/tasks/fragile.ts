// A worker that does not always survive its work, for the example of supervision.
// Its count lives in the thread, and dies with it.

import process from 'node:process';

let count = 0;

/** Counts what this thread has done; a thread that crashes begins anew. */
export function work(input: number): string {
  if (input === 13) process.exit(13);
  count += 1;
  return `input ${input} is done, the thread's number ${count}`;
}

/** Leaves a timer behind that throws. */
export function failLater(): string {
  setTimeout(() => {
    throw new RangeError('nobody waits for this');
  }, 0);
  return 'a timer is set';
}
