// A doorbell, rung by several who know its address.

import { expect, onTestFinished, test, vi } from 'vitest';
import { Doorbell } from '#src/loop/doorbell.js';
import { nodeTurn } from './fixtures.js';

test('a ring after the last look ends the next wait at once', () => {
  const bell = new Doorbell();
  const ringer = new Doorbell(bell.address);
  bell.look();
  ringer.ring();
  const startMs = performance.now();
  bell.wait(5_000);
  expect(performance.now() - startMs).toBeLessThan(2_500);
});

test('without a ring a wait lasts as long as it may', () => {
  const bell = new Doorbell();
  bell.ring();
  bell.look();
  const startMs = performance.now();
  bell.wait(20);
  expect(performance.now() - startMs).toBeGreaterThan(15);
});

test('several bells stand in one memory, each with its own rings', async () => {
  const memory = new SharedArrayBuffer(16);
  const [first, second] = [0, 8].map((byteOffset) => new Doorbell({ memory, byteOffset }));
  let rungCount = 0;
  const rung = first?.rung().then(() => (rungCount += 1));
  second?.ringAloud();
  // Not for those who wait without being parked.
  first?.ring();
  await nodeTurn();
  expect(rungCount).toBe(0);
  first?.ringAloud();
  expect(await rung).toBe(1);
});

test('a watch ends although a test has stopped the clock', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const bell = new Doorbell();
  bell.look();
  expect(bell.watch(1)).toBe(false);
  bell.ring();
  expect(bell.watch(1)).toBe(true);
});
