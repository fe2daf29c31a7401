// The kit finds out what is wrong with a loop, and says so by the name of a check.

import { type LoopCheck, loopContract } from 'threadloop/testing';
import { beforeEach, expect, test } from 'vitest';
import { recordConsole } from '../loop/fixtures.js';
import type { BrokenLoop } from './broken-loop.js';
import { brokenRuns } from './broken-runs.js';
import { brokenSchedules } from './broken-schedules.js';
import { PlainLoop } from './plain-loop.js';

const brokenLoops = [...brokenSchedules, ...brokenRuns];

/** The check that has to find the fault; a loop that does nothing is found out after so long. */
function finderOf({ caughtBy, Loop }: BrokenLoop, limitMs: number): LoopCheck | undefined {
  return loopContract(() => new Loop(), { limitMs }).find(({ name }) => name === caughtBy);
}

// What they report besides is no part of the result.
beforeEach(() => void recordConsole());

test.for(brokenLoops)("a loop which $fault is caught by '$caughtBy'", async (broken) => {
  const finder = finderOf(broken, 500);
  expect(finder?.name).toBe(broken.caughtBy);
  await expect(finder?.check()).rejects.toThrow(Error);
});

test('what is wrong with one loop is left behind in no check of another', async () => {
  for (const broken of brokenLoops) {
    await finderOf(broken, 50)
      ?.check()
      .catch(() => undefined);
  }
  const checks = loopContract(() => new PlainLoop(), { waitsForThreads: false });
  for (const { check } of checks) await check();
  expect(checks.length).toBeGreaterThan(50);
});
