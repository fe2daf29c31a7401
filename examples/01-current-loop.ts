// Shows: the current loop of each thread, how to get, make and set one.
// Run: node examples/01-current-loop.ts   (before Node 24: npx tsx examples/01-current-loop.ts)
// Prints:
//   the main thread has a loop: main
//   it is always the same one: true
//   a new loop is another one: true
//   once it is set, it is the current one: true
//   while it runs, it is the running one: true
//   loops of the other threads: loop-1, loop-2
//   the main thread still has its own: main

import {
  Coordinator,
  getEventLoop,
  getRunningLoop,
  newEventLoop,
  remoteModule,
  setEventLoop,
} from 'threadloop';

// The main thread gets a loop the first time that anybody asks.
const loop = getEventLoop();
console.log('the main thread has a loop:', loop.name);
console.log('it is always the same one:', getEventLoop() === loop);

// A thread may have many loops. One of them is current, and one at a time can run.
const other = newEventLoop();
console.log('a new loop is another one:', getEventLoop() !== other);

setEventLoop(other);
console.log('once it is set, it is the current one:', getEventLoop() === other);

await other.runUntilComplete(() => {
  console.log('while it runs, it is the running one:', getRunningLoop() === other);
});
other.close();
setEventLoop(loop);

// A coordinator starts threads. Each has a loop of its own, set before any of its code runs.
const tasks = remoteModule<typeof import('./tasks/whereabouts.js')>(
  new URL('./tasks/whereabouts.js', import.meta.url),
);
await using coordinator = await Coordinator.start({ loops: 2 });

const names = await coordinator.broadcast(tasks.nameOfCurrentLoop);
console.log('loops of the other threads:', names.join(', '));
console.log('the main thread still has its own:', getEventLoop().name);
