// Random tasks at a barrier: they go on in full groups, each with another number, whoever is
// cancelled before.

import fc from 'fast-check';
import { Barrier, type Coroutine, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { kinds, on, pause, stage } from './both-kinds.js';
import { endMs, plans, runs } from './random-tasks.js';

describe.for(kinds)('$title', (kind) => {
  test('a barrier lets full groups go, and keeps fewer than a group', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), plans, async (parties, given) => {
        const barrier = new Barrier(parties);
        const indexes: number[] = [];
        await stage(kind, function* ({ loop, start }): Coroutine<void> {
          const tasks = given.map(({ startMs }) =>
            start(function* () {
              yield* on(pause(startMs));
              indexes.push(yield* on(barrier.wait()));
            }),
          );
          let lostCount = 0;
          for (const [name, { cancelMs }] of given.entries()) {
            const cancel = (): void => {
              // One that has been let go is lost to its group, not to the barrier.
              if (tasks[name]?.done() === false && barrier.toString().includes('draining')) {
                lostCount += 1;
              }
              tasks[name]?.cancel();
            };
            if (cancelMs !== null) loop.callLater(cancelMs, cancel);
          }
          yield* sleep(endMs);
          const waitingCount = tasks.filter((task) => !task.done()).length;
          expect(barrier.nWaiting).toBe(waitingCount);
          expect(waitingCount).toBeLessThan(parties);
          if (lostCount === 0) {
            const groupCount = indexes.length / parties;
            const all = Array.from({ length: parties }, (_, index) => index);
            expect(indexes.toSorted((a, b) => a - b)).toEqual(
              all.flatMap((index) => Array<number>(groupCount).fill(index)),
            );
          }
          for (const task of tasks) task.cancel();
        });
      }),
      runs,
    );
  });
});
