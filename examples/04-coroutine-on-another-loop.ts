// Shows: a coroutine on another thread's loop; its result, its error, and cancelling it.
// Run: node examples/04-coroutine-on-another-loop.ts   (before Node 24: npx tsx …)
// Prints:
//   bread, baked on loop-1
//   RangeError: no oven is hot enough for a stone
//   in the oven: [ 'cake' ]
//   CancelledError: the guests have left
//   in the oven: []

import { Coordinator, isCancelled, remoteModule } from 'threadloop';

const bakery = remoteModule<typeof import('./tasks/bakery.js')>(
  new URL('./tasks/bakery.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 1 });
const loop = coordinator.loop('loop-1');

// What the coroutine returns comes back, typed.
const bread: string = await loop.runCoroutineThreadsafe(bakery.bake, 'bread', 10);
console.log(bread);

// What it throws comes back too, as an error of the same class.
try {
  await loop.runCoroutineThreadsafe(bakery.bake, 'stone', 10);
} catch (error) {
  if (error instanceof RangeError) console.log(String(error));
}

// The call gives a promise that can be cancelled. Calls are served in order: when this thread
// hears what is in the oven, the cake is there.
const cake = loop.runCoroutineThreadsafe(bakery.bake, 'cake', 60_000);
console.log('in the oven:', await loop.runCoroutineThreadsafe(bakery.content));

// The coroutine is cancelled where it waits, and cleans up.
cake.cancel('the guests have left');
try {
  await cake;
} catch (error) {
  if (isCancelled(error)) console.log(String(error));
}
console.log('in the oven:', await loop.runCoroutineThreadsafe(bakery.content));
