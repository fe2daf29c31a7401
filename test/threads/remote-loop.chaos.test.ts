// Calls in all directions, cancels, timeouts, priorities and deaths, all at random and at once.
// `npm run soak` does the same for longer. A seed can be given: SEED=123 npx vitest run …

import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { wreakChaos } from './chaos.js';
import { eventually, startLoops } from './loops.js';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test(`each call settles once and in order, whoever dies (seed ${seed})`, async () => {
  const coordinator = await startLoops({ loops: 4 });
  const result = await wreakChaos(coordinator, { seed, callCount: 20_000, deathCount: 8 });
  expect(result.complaints).toEqual([]);
  const { outcomes } = result;
  expect(Object.keys(outcomes)).toEqual(
    expect.arrayContaining(['answered', 'failed', 'cancelled']),
  );
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(20_000);
  expect(result.deathCount).toBeGreaterThan(0);
  await eventually(() => coordinator.stats().pendingCount === 0);
});

test(`memory goes back to where it was (seed ${seed})`, async () => {
  const coordinator = await startLoops({ loops: 4 });
  const run = async (round: number): Promise<number> => {
    await wreakChaos(coordinator, { seed: seed + round, callCount: 10_000, deathCount: 0 });
    await eventually(() => coordinator.stats().pendingCount === 0);
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  await run(0);
  const before = await run(1);
  const after = await run(2);
  expect((after - before) / 2 ** 20).toBeLessThan(4);
});
