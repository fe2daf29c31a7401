// Shows: RxJS on two loops: time on this thread's, work on another's, with back pressure between.
// Run: node examples/32-rxjs.ts   (before Node 24: npx tsx examples/32-rxjs.ts)
// Prints:
//   Oslo: 3 degrees
//   Rome: 21 degrees
//   Cairo: 33 degrees
//   no station in Atlantis
//   saved 21
//   saved 22
//   saved 23
//   the thermometer is off

import { interval, map, take, timer, zip } from 'rxjs';
import { Coordinator, getEventLoop, remoteModule } from 'threadloop';
import { loopScheduler, pullMap, runOn } from 'threadloop/rxjs';

const weather = remoteModule<typeof import('./tasks/weather.js')>(
  new URL('./tasks/weather.js', import.meta.url),
);
await using coordinator = await Coordinator.start({ loops: 1 });
const loop = coordinator.loop('loop-1');
const near = loopScheduler(getEventLoop());

// Each tick is a timer of this thread's loop, each forecast a call on the other. Results come in
// the order of the cities, however many calls are under way.
const cities = ['Oslo', 'Rome', 'Cairo', 'Atlantis'];
await zip(cities, interval(1, near))
  .pipe(
    map(([city]) => city),
    runOn(loop, weather.forecast, { concurrency: 2 }),
  )
  .forEach((text) => console.log(text))
  .catch((error: RangeError) => console.log(error.message));

// The next reading is taken when fewer than two are being saved: the thermometer over there waits,
// and nothing piles up.
const save = (reading: number) => timer(1, near).pipe(map(() => `saved ${reading}`));
await pullMap(() => loop.iterate(weather.readings), save, { concurrency: 2 })
  .pipe(take(3))
  .forEach((text) => console.log(text));
console.log(await loop.runCoroutineThreadsafe(weather.readLog));
