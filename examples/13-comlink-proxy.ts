// Shows: an object that lives on one loop and is used from all of them, as if it were there.
// Run: node examples/13-comlink-proxy.ts   (before Node 24: npx tsx examples/13-comlink-proxy.ts)
// Prints:
//   the scoreboard is at home on loop-1
//   main hears: Ada: 5
//   main hears: Grace: 3
//   main hears: Grace: 7
//   Grace has 7, and leads: Grace
//   RangeError: -1 points are no points
//   ProxyReleasedError: The proxy of scoreboard has been released: ask the loop for a new one

import { Coordinator, remoteModule } from 'threadloop';
import { proxy, releaseProxy } from 'threadloop/comlink';
import type { Scoreboard } from './tasks/scoreboard.js';

const tasks = remoteModule<typeof import('./tasks/scoreboard.js')>(
  new URL('./tasks/scoreboard.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 2 });
const [first, second] = coordinator.loops;
if (first === undefined || second === undefined) throw new Error('two loops were asked for');

// The first loop owns the object: expose() gives it a name there.
await first.runCoroutineThreadsafe(tasks.openScoreboard);

// A proxy of it: every property and method is asked for on that loop, so wait for the answers.
const scoreboard = first.proxy<Scoreboard>('scoreboard');
console.log('the scoreboard is at home on', await scoreboard.home);

// A function does not travel; marked with proxy(), it is called back in this thread.
await scoreboard.watch(proxy((line: string) => console.log('main hears:', line)));
await scoreboard.add('Ada', 5);

// Another worker uses the same object. Nobody locks anything: one loop runs all the methods.
const score = await second.runCoroutineThreadsafe(tasks.play, 'loop-1', 'Grace');
console.log(`Grace has ${score}, and leads:`, await scoreboard.leader);

// Errors arrive as the class that was thrown.
await scoreboard.add('Ada', -1).catch((error: unknown) => console.log(String(error)));

// A proxy that is released is of no use any more; the object lives on. `using` releases it, too.
scoreboard[releaseProxy]();
try {
  await scoreboard.leader;
} catch (error) {
  console.log(String(error));
}
