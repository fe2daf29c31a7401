// Shows: callbacks from the main thread to a worker, back, and from worker to worker.
// Run: node examples/03-callbacks-across-threads.ts   (before Node 24: npx tsx …)
// Prints:
//   main → loop-1 → main
//   main → loop-1 → loop-2 → main
//   main → loop-2 → loop-1 → loop-2 → main

import { Coordinator, getEventLoop, remoteModule } from 'threadloop';

// Functions do not travel between threads, their addresses do.
const postcard = remoteModule<typeof import('./tasks/postcard.js')>(
  new URL('./tasks/postcard.js', import.meta.url),
);

const loop = getEventLoop();
await using coordinator = await Coordinator.start({ loops: 2 });
const [first, second] = [coordinator.loop('loop-1'), coordinator.loop('loop-2')];

// Schedules a callback on the other thread's loop and does not wait for it. Then this thread's
// loop runs, so that others can call back, until the postcard is home and stops it.
first.callSoonThreadsafe(postcard.forward, 'main', ['main']);
await loop.runForever();

// The two workers talk to each other directly: the main thread is not on the way.
first.callSoonThreadsafe(postcard.forward, 'main', ['loop-2', 'main']);
await loop.runForever();

second.callSoonThreadsafe(postcard.forward, 'main', ['loop-1', 'loop-2', 'main']);
await loop.runForever();
