// Busy shares, now and over the whole run, from a source that forgets.

import { expect, test } from 'vitest';
import { BusyMeter } from '#src/cli/busy-meter.js';

test('the overall share is the mean of the samples, weighted by time', () => {
  let nowMs = 1000;
  let utilization = 0;
  const source = () => [{ name: 'loop-1', utilization }];
  const meter = new BusyMeter(source, () => nowMs);
  nowMs += 300;
  utilization = 1;
  meter.sample();
  expect(meter.shares).toEqual([{ name: 'loop-1', latest: 1, overall: 1 }]);
  nowMs += 100;
  utilization = 0;
  meter.stop();
  expect(meter.shares).toEqual([{ name: 'loop-1', latest: 0, overall: 0.75 }]);
});
