// Clocks that tell the time of day, as `Date.now()` does.

import { expect } from 'vitest';

/** Milliseconds by which two clocks of the machine may differ. */
const toleranceMs = 50;

/** However long this thread is held up between two looks. */
export function expectTimeOfDay(now: () => number): void {
  const beforeMs = Date.now();
  const toldMs = now();
  expect(toldMs).toBeGreaterThan(beforeMs - toleranceMs);
  expect(toldMs).toBeLessThan(Date.now() + toleranceMs);
}
