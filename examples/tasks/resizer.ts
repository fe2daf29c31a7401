// What the thread does that joined by itself, and what it asks of a loop of the coordinator.
// Each function stands here once, and runs on whichever loop it is called.

import { type Coroutine, getLoop, remoteModule, sleep } from 'threadloop';

const here = remoteModule<typeof import('./resizer.js')>(import.meta.url);
const primes = remoteModule<typeof import('./primes.js')>(new URL('./primes.js', import.meta.url));

export function* resize(file: string): Coroutine<string> {
  yield* sleep(5);
  return `${file} is 64 pixels wide`;
}

/** On whichever loop this is called: has the thread do it that joined. */
export async function resizeThere(file: string): Promise<string> {
  return getLoop('resizer').runCoroutineThreadsafe(here.resize, file);
}

/** The other way round. */
export async function countPrimesThere(below: number): Promise<string> {
  const interval = { from: 0, to: below };
  const count = await getLoop('loop-1').runCoroutineThreadsafe(primes.countPrimes, interval);
  return `prime numbers below ${below}: ${count}`;
}
