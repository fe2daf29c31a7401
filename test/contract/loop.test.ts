// One behaviour suite over every kind of loop.

import { type Coroutine, gather, getEventLoop, setEventLoop, sleep } from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CountingLoop } from './counting-loop.js';
import { kinds, runUntilComplete } from './loop-kinds.js';
import { describeRunning } from './running.contract.js';
import { describeScheduling } from './scheduling.contract.js';
import { describeTasks } from './tasks.contract.js';

describe.for(kinds)('$title', (kind) => {
  describeScheduling(kind);
  describeRunning(kind);
  describeTasks(kind);
});

test("somebody else's loop sees every callback and timer of what runs on it", async () => {
  const loop = new CountingLoop();
  setEventLoop(loop);
  onTestFinished(() => setEventLoop(null));
  expect(getEventLoop()).toBe(loop);
  const nap = function* (): Coroutine<void> {
    yield* sleep(5);
  };
  const naps = gather([nap(), nap()]);
  expect(naps.getLoop()).toBe(loop);
  // The first steps of two tasks.
  expect(loop.counts).toEqual({ callSoon: 2, callLater: 0, callAt: 0, stop: 0 });
  await runUntilComplete(loop, naps);
  expect(loop.counts).toMatchObject({ callLater: 2, callAt: 0, stop: 1 });
  // Beside the first steps: each sleep resumes its task, each task tells gather, gather its run.
  expect(loop.counts.callSoon).toBe(2 + 2 + 2 + 1);
  expect(loop.time()).toBe(5);
  loop.close();
});
