// Shows: functions that hold a thread, in the threads of an executor, while the loop goes on.
// Run: node examples/12-piscina-executor.ts   (before Node 24: npx tsx …)
// Prints:
//   the loop goes on
//   3 passwords, the first one: 16 hex digits
//   cancelled: no longer needed
//   jobs that ended with a result: 3, cancelled: 1

import {
  gather,
  getRunningLoop,
  isCancelled,
  PiscinaExecutor,
  remoteModule,
  run,
  sleep,
  toThread,
} from 'threadloop';

const digests = remoteModule<typeof import('./tasks/digests.js')>(
  new URL('./tasks/digests.js', import.meta.url),
);

await run(async () => {
  // Without this line the loop makes an executor of its own when it first needs one.
  const executor = new PiscinaExecutor({ maxThreads: 2, maxQueue: 100 });
  getRunningLoop().setDefaultExecutor(executor);

  // Each call holds a thread for some 50 ms, but not this one.
  const all = gather(['ada', 'alan', 'grace'].map((name) => toThread(digests.stretch, name)));
  await sleep(0);
  console.log('the loop goes on');
  const [first, ...others] = await all;
  console.log(`${others.length + 1} passwords, the first one: ${first?.length} hex digits`);

  // A cancel settles the future at once. The function is told by its signal; one that does not
  // listen loses its thread after a time of grace.
  const wait = getRunningLoop().runInExecutor(null, digests.wait, 60_000);
  wait.cancel('no longer needed');
  try {
    await wait;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log('cancelled:', error.message);
  }
  const { completedCount, cancelledCount } = executor.stats();
  console.log(`jobs that ended with a result: ${completedCount}, cancelled: ${cancelledCount}`);
});
// The run has waited for the executor and ended its threads.
