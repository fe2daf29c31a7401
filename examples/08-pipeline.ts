// Shows: a pipeline of loops, each station in a thread of its own, with back pressure.
// Run: node examples/08-pipeline.ts   (before Node 24: npx tsx examples/08-pipeline.ts)
// Prints:
//   alarm 1: 98 degrees
//   alarm 2: 96 degrees
//   alarm 3: 94 degrees
//   the sensor ran ahead, but not far: true
//   the sensor is on: false

import { Coordinator, remoteModule } from 'threadloop';

const stations = remoteModule<typeof import('./tasks/stations.js')>(
  new URL('./tasks/stations.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 3 });
const sensor = coordinator.loop('loop-1');
const filter = coordinator.loop('loop-2');
const writer = coordinator.loop('loop-3');

// What one loop gives item by item is an argument for the next. Nothing begins before it is read.
const readings = sensor.iterate(stations.readings);
const alarms = filter.iterate(stations.alarms, readings, 93);
const lines = writer.iterate(stations.texts, alarms);

let count = 0;
for await (const line of lines) {
  console.log(line);
  count += 1;
  if (count < 3) continue;
  // The sensor never ends by itself, and yet it stands still: nobody has read further.
  const made = await sensor.runCoroutineThreadsafe(stations.countMade);
  console.log('the sensor ran ahead, but not far:', made < 100_000);
  // Leaving the loop ends all stations, up to the first.
  break;
}
console.log('the sensor is on:', await sensor.runCoroutineThreadsafe(stations.isSwitchedOn));
