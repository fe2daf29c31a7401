// The name of a machine, which is that of its results file and so has to stay the same.
// Pure, but for one look at the machine that runs the tests.

import { expect, test } from 'vitest';
import { machineName, thisMachine } from '../../../bench/run/machine.js';

test.for([
  [2, 'AMD EPYC', '20.20.2', '2-core-amd-epyc-node-20'],
  [16, 'AMD EPYC 7763 64-Core Processor', '22.1.0', '16-core-amd-epyc-7763-node-22'],
  [8, 'Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz', '24.0.0', '8-core-intel-core-i7-8700-node-24'],
  [10, 'Apple M2 Pro', '26.0.0', '10-core-apple-m2-pro-node-26'],
  [1, '???', '20.19.0', '1-core-unknown-node-20'],
] as const)('%i cores of %s on Node %s are %s', ([cores, cpu, node, name]) => {
  expect(machineName(cores, cpu, node)).toBe(name);
});

test('this machine has a name for a file', () => {
  expect(thisMachine().name).toMatch(/^\d+-core-[a-z0-9-]+-node-\d+$/);
});
