// Work that can be cancelled, each kind in its way; and work that cannot. It runs on a loop's
// thread, and knows nothing of who waits for it.

import { checkCancelled, sleep } from 'threadloop';
import type { Coroutine } from 'threadloop';

export function* waitLong(): Coroutine<void> {
  yield* sleep(60_000);
}

export function countPrimes(limit: number): number {
  let count = 0;
  for (let candidate = 2; candidate < limit; candidate += 1) {
    checkCancelled(); // some nanoseconds
    if (isPrime(candidate)) count += 1;
  }
  return count;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) {
    if (candidate % divisor === 0) return false;
  }
  return true;
}

/** Never gives its thread back. */
export function ignore(): never {
  for (;;);
}
