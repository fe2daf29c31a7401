// Shows: calls on another loop that are cancelled, are too late, or will not stop.
// Run: node examples/17-cancel-and-time.ts   (before Node 24: npx tsx …)
// Prints:
//   cancelled: nobody waits for it any more
//   TimeoutError: countPrimes() ran longer than 50 ms
//   TimeoutError: ignore() ran longer than 50 ms
//   the loop has a new thread, and counts 4 primes below 10

import { Coordinator, isCancelled, remoteModule } from 'threadloop';

const tasks = remoteModule<typeof import('./tasks/patience.js')>(
  new URL('./tasks/patience.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 1 });
const loop = coordinator.loop('loop-1');

// A coroutine hears of it at its `yield*`, an async function by its signal.
const controller = new AbortController();
const call = loop.with({ signal: controller.signal }).runCoroutineThreadsafe(tasks.waitLong);
controller.abort('nobody waits for it any more');
try {
  await call;
} catch (error) {
  if (!isCancelled(error)) throw error;
  console.log('cancelled:', error.message);
}

// A function that computes asks. Its time counts from its start.
const limited = loop.with({ timeoutMs: 50, graceMs: 200 });
await limited.runCoroutineThreadsafe(tasks.countPrimes, 1e12).catch(report);

// This one does not ask: after its grace the thread is ended, and a new one takes its place.
// A call that shared the thread would fail with it, but may run again where it says so.
const before = loop.threadId;
const stubborn = limited.runCoroutineThreadsafe(tasks.ignore);
const sharing = loop.with({ retries: 1 }).runCoroutineThreadsafe(tasks.countPrimes, 10);
await stubborn.catch(report);
const count = await sharing;
const thread = loop.threadId === before ? 'the same' : 'a new';
console.log(`the loop has ${thread} thread, and counts ${count} primes below 10`);

function report(error: unknown): void {
  console.log(String(error));
}
