// Shows: callbacks now, later and at a time; running forever, and stopping.
// Run: node examples/02-run-and-stop.ts   (before Node 24: npx tsx examples/02-run-and-stop.ts)
// Prints:
//   running: false
//   hello, soon
//   hello, at a time
//   hello, later
//   tick 1
//   tick 2
//   tick 3
//   running: true
//   running: false
//   hello again

import { getEventLoop } from 'threadloop';

const loop = getEventLoop();

// Callbacks take arguments. Nothing happens yet: they wait until the loop runs.
loop.callSoon(console.log, 'hello, soon');
loop.callLater(200, console.log, 'hello, later'); // in 200 milliseconds
loop.callAt(loop.time() + 10, console.log, 'hello, at a time'); // on the clock of the loop

// What is not wanted any more is cancelled.
loop.callLater(15, console.log, 'never printed').cancel();

// A callback may schedule itself again.
function tick(count: number): void {
  console.log('tick', count);
  if (count < 3) loop.callLater(10, tick, count + 1);
  else loop.callSoon(end);
}
loop.callLater(400, tick, 1);

function end(): void {
  console.log('running:', loop.isRunning());
  loop.stop(); // what is ready now still runs, then the run is over
}

console.log('running:', loop.isRunning());
await loop.runForever();
console.log('running:', loop.isRunning());

// A loop that was stopped can run again. One that was closed cannot.
loop.callSoon(console.log, 'hello again');
loop.callSoon(() => loop.stop());
await loop.runForever();
loop.close();
