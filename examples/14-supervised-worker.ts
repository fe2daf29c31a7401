// Shows: a worker that crashes and is replaced: its calls fail, the next ones are answered.
// Run: node examples/14-supervised-worker.ts   (before Node 24: npx tsx in the place of node)
// Prints:
//   input 1 is done, the thread's number 1
//   input 2 is done, the thread's number 2
//   loop-1 lost thread number 1; the next starts in 0 ms
//   LoopDiedError: Loop 'loop-1' died: process.exit() was called, exit code 13
//   loop-1 is back with thread number 2
//   input 4 is done, the thread's number 1
//   loop-1 has a late error: RangeError: nobody waits for this
//   the thread goes on

import { Coordinator, remoteModule } from 'threadloop';

const fragile = remoteModule<typeof import('./tasks/fragile.js')>(
  new URL('./tasks/fragile.js', import.meta.url),
);

// At most three replacements in a row that answer nothing; a thread that works resets the count.
await using coordinator = await Coordinator.start({ loops: 1, restart: { maxRestarts: 3 } });

coordinator.on('death', ({ loop, incarnation, restartDelayMs }) => {
  console.log(`${loop} lost thread number ${incarnation}; the next starts in ${restartDelayMs} ms`);
});
coordinator.on('restart', ({ loop, incarnation }) => {
  console.log(`${loop} is back with thread number ${incarnation}`);
});
coordinator.setExceptionHandler((_home, { loop, exception }) => {
  console.log(`${String(loop)} has a late error: ${String(exception)}`);
});

for (const input of [1, 2, 13, 4]) {
  try {
    console.log(await coordinator.submit(fragile.work, input));
  } catch (error) {
    console.log(String(error));
  }
}

// An error that belongs to no call is told above, and the thread goes on.
console.log(await coordinator.submit(fragile.failLater));
