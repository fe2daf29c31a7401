// Shows: a Worker that nobody of ours started joins the loops, is called, calls, and leaves.
// Run: node examples/31-attach-loop.ts   (before Node 24: npx tsx examples/31-attach-loop.ts)
// Prints:
//   the thread has joined: resizer
//   main calls it: portrait.png is 64 pixels wide
//   loop-1 calls it: photo.png is 64 pixels wide
//   it calls loop-1: prime numbers below 1000: 168
//   after it has left, there are main, loop-1
//   its thread ended with exit code 0

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Coordinator, getLoop, loopNames, remoteModule } from 'threadloop';

const resizer = remoteModule<typeof import('./tasks/resizer.js')>(
  new URL('./tasks/resizer.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 1 });

// As a framework makes its threads; it is no thread of the coordinator's.
const worker = new Worker(new URL('./tasks/joins-by-itself.js', import.meta.url));
const [joined] = (await once(worker, 'message')) as [string];
console.log('the thread has joined:', joined);

// It has a name like any loop, in every thread.
const loop = getLoop('resizer');
console.log('main calls it:', await loop.runCoroutineThreadsafe(resizer.resize, 'portrait.png'));
const sibling = coordinator.loop('loop-1');
console.log(
  'loop-1 calls it:',
  await sibling.runCoroutineThreadsafe(resizer.resizeThere, 'photo.png'),
);
console.log('it calls loop-1:', await loop.runCoroutineThreadsafe(resizer.countPrimesThere, 1000));

worker.postMessage('leave');
const [exitCode] = (await once(worker, 'exit')) as [number];
console.log(`after it has left, there are ${loopNames().join(', ')}`);
console.log(`its thread ended with exit code ${exitCode}`);
