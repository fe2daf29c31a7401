// Random tasks at a semaphore, and at a lock, which is a semaphore of one that may not be released
// twice: never too many inside, first come first served, and no permit and no wake-up lost.

import fc from 'fast-check';
import { BoundedSemaphore, type Coroutine, Lock, Semaphore, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { type Kind, kinds, on, pause, type Script, stage } from './both-kinds.js';
import { endMs, type Plan, plans, runs } from './random-tasks.js';

interface Subject {
  acquire: Semaphore['acquire'];
  release(): void;
  stats(): { readonly waiterCount: number };
}

/** Runs the plans; checks what has to hold at any time, and at the end. */
async function tryPlans(kind: Kind, subject: Subject, limit: number, given: readonly Plan[]) {
  const arrived: number[] = [];
  const admitted: number[] = [];
  let insideCount = 0;
  const visit = (name: number, { startMs, holdMs }: Plan) =>
    function* (): Script<void> {
      yield* on(pause(startMs));
      arrived.push(name);
      yield* on(subject.acquire());
      try {
        admitted.push(name);
        insideCount += 1;
        expect(insideCount).toBeLessThanOrEqual(limit);
        yield* on(pause(holdMs));
      } finally {
        insideCount -= 1;
        subject.release();
      }
    };
  await stage(kind, function* ({ loop, start }): Coroutine<void> {
    const tasks = given.map((plan, name) => start(visit(name, plan)));
    for (const [name, { cancelMs }] of given.entries()) {
      if (cancelMs !== null) loop.callLater(cancelMs, () => tasks[name]?.cancel());
    }
    yield* sleep(endMs);
    for (const [name, task] of tasks.entries()) {
      expect(task.done()).toBe(true);
      if (given[name]?.cancelMs === null) expect(admitted).toContain(name);
      if (!task.cancelled()) task.result();
    }
  });
  expect(admitted).toEqual(arrived.filter((name) => admitted.includes(name)));
  expect(insideCount).toBe(0);
  expect(subject.stats().waiterCount).toBe(0);
}

describe.for(kinds)('$title', (kind) => {
  test('a semaphore never lets too many in, and loses nobody', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), plans, async (limit, given) => {
        const semaphore = new BoundedSemaphore(limit);
        await tryPlans(kind, semaphore, limit, given);
        expect(semaphore.stats().value).toBe(limit);
      }),
      runs,
    );
  });

  test('a lock never lets two in, and loses nobody', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (given) => {
        const lock = new Lock();
        await tryPlans(kind, lock, 1, given);
        expect(lock.locked()).toBe(false);
      }),
      runs,
    );
  });

  test('a semaphore admits one task for each release, whoever is cancelled', async () => {
    const releases = fc.array(fc.nat({ max: 8 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(releases, plans, async (whensMs, given) => {
        const semaphore = new Semaphore(0);
        let admittedCount = 0;
        await stage(kind, function* ({ loop, start }): Coroutine<void> {
          const tasks = given.map(({ startMs }) =>
            start(function* () {
              yield* on(pause(startMs));
              yield* on(semaphore.acquire());
              admittedCount += 1;
            }),
          );
          for (const [name, { cancelMs }] of given.entries()) {
            if (cancelMs !== null) loop.callLater(cancelMs, () => tasks[name]?.cancel());
          }
          for (const whenMs of whensMs) loop.callLater(whenMs, () => semaphore.release());
          yield* sleep(endMs);
          const waitingCount = tasks.filter((task) => !task.done()).length;
          expect(semaphore.stats().waiterCount).toBe(waitingCount);
          expect(semaphore.stats().value + admittedCount).toBe(whensMs.length);
          // Nobody waits while a permit is free.
          if (waitingCount > 0) expect(semaphore.stats().value).toBe(0);
          for (const task of tasks) task.cancel();
        });
      }),
      runs,
    );
  });
});
