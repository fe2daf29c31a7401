// Shows: fibers of Effect on this thread's loop that call another's; an interruption reaches it.
// Run: node examples/33-effect.ts   (before Node 24: npx tsx examples/33-effect.ts)
// Prints:
//   Oslo: 3 degrees
//   failed: no station in Atlantis
//   Rome: 21 degrees, and the survey has put its things away
//   21, 22, 23
//   the thermometer is off

import { Effect, Stream } from 'effect';
import { Coordinator, remoteModule } from 'threadloop';
import { callOn, iterateOn, toFuture } from 'threadloop/effect';

const weather = remoteModule<typeof import('./tasks/weather.js')>(
  new URL('./tasks/weather.js', import.meta.url),
);
await using coordinator = await Coordinator.start({ loops: 1 });
const loop = coordinator.loop('loop-1');

const program = Effect.gen(function* () {
  console.log(yield* callOn(loop, weather.forecast, 'Oslo'));

  // What the function throws is in the error channel, and keeps its class as the cause.
  const atlantis = callOn(loop, weather.forecast, 'Atlantis').pipe(
    Effect.catchTag('CallError', ({ message }) => Effect.succeed(`failed: ${message}`)),
  );
  console.log(yield* atlantis);

  // The first to end wins. The other is interrupted, and the race is over when its code has ended.
  const first = yield* Effect.raceFirst(
    callOn(loop, weather.survey),
    callOn(loop, weather.forecast, 'Rome'),
  );
  console.log(`${first}, and ${yield* callOn(loop, weather.readLog)}`);
});

// A generator over there is a stream here, with back pressure.
const some = iterateOn(loop, weather.readings).pipe(Stream.take(3));

// On this thread's loop; futures of it, so a task that is cancelled here interrupts the fiber.
await toFuture(program);
console.log((await toFuture(Stream.runCollect(some))).join(', '));
console.log(await loop.runCoroutineThreadsafe(weather.readLog));
