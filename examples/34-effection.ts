// Shows: operations of Effection that call another thread's loop; a halt reaches it, and waits.
// Run: node examples/34-effection.ts   (before Node 24: npx tsx examples/34-effection.ts)
// Prints:
//   Rome: 21 degrees
//   Cairo: 33 degrees
//   the survey has put its things away
//   21, 22, 23
//   the thermometer is off

import { each, scoped, spawn } from 'effection';
import type { Operation } from 'effection';
import { Coordinator, remoteModule } from 'threadloop';
import { callOn, iterateOn, toFuture } from 'threadloop/effection';

const weather = remoteModule<typeof import('./tasks/weather.js')>(
  new URL('./tasks/weather.js', import.meta.url),
);
await using coordinator = await Coordinator.start({ loops: 1 });
const loop = coordinator.loop('loop-1');

function* look(): Operation<void> {
  console.log(yield* callOn(loop, weather.forecast, 'Rome'));

  // The scope ends, and with it what was spawned in it, also over there.
  yield* scoped(function* () {
    void (yield* spawn(() => callOn(loop, weather.survey)));
    console.log(yield* callOn(loop, weather.forecast, 'Cairo'));
  });
  console.log(yield* callOn(loop, weather.readLog));
}

/** A generator over there is a stream here, with back pressure. */
function* read(): Operation<number[]> {
  const some: number[] = [];
  for (const reading of yield* each(iterateOn(loop, weather.readings))) {
    some.push(reading);
    if (some.length === 3) break;
    yield* each.next();
  }
  return some;
}

// Futures of this thread's loop; a task that is cancelled at one of them halts the operation.
await toFuture(look);
console.log((await toFuture(read)).join(', '));
console.log(await loop.runCoroutineThreadsafe(weather.readLog));
