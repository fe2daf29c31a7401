// Many threads that call each other at random: nothing is lost, doubled or out of order.

import { getLoop, remoteModule } from 'threadloop';
import { expect, test } from 'vitest';
import type { Books, Orders } from './fixtures/storm.js';
import { startLoops } from './loops.js';

const storm = remoteModule<typeof import('./fixtures/storm.js')>(
  new URL('./fixtures/storm.ts', import.meta.url),
);

/** Lets three workers and main loose on each other; gives the books of all, and what began. */
async function rage(seed: number, callCount: number, faultShare: number) {
  const { loops } = await startLoops({ loops: 3 });
  const names = ['main', ...loops.map(({ name }) => name)];
  const books = await Promise.all(
    names.map(async (sender, index): Promise<Books> => {
      const orders: Orders = {
        seed: seed * 10 + index,
        sender,
        targets: names,
        callCount: callCount / names.length,
        faultShare,
      };
      return getLoop(sender).runCoroutineThreadsafe(storm.rage, orders);
    }),
  );
  const began = await Promise.all(
    names.map(async (name) => getLoop(name).runCoroutineThreadsafe(storm.readBegan)),
  );
  const count = (outcome: string): number =>
    books.reduce((sum, { outcomes }) => sum + (outcomes[outcome] ?? 0), 0);
  return {
    complaints: books.flatMap(({ complaints }) => complaints),
    disorder: began.flatMap(({ disorder }) => disorder),
    beganCount: began.reduce((sum, each) => sum + each.count, 0),
    count,
  };
}

const seed = Math.floor(Math.random() * 1e6);

test(`100 000 calls in random directions settle once and in order (seed ${seed})`, async () => {
  const result = await rage(seed, 100_000, 0);
  expect(result.complaints).toEqual([]);
  expect(result.disorder).toEqual([]);
  expect(result.beganCount).toBe(100_000);
  expect(result.count('answered')).toBe(100_000);
});

test(`faults of all kinds in between harm only themselves (seed ${seed})`, async () => {
  const result = await rage(seed, 6_000, 0.2);
  expect(result.complaints).toEqual([]);
  expect(result.disorder).toEqual([]);
  const faulty = ['failed', 'not cloneable', 'cancelled'].map(result.count);
  for (const count of faulty) expect(count).toBeGreaterThan(0);
  expect(result.count('answered') + faulty.reduce((sum, count) => sum + count, 0)).toBe(6_000);
});
