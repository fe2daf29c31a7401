// Runs: the order of tasks with a seed, context, what is left behind, and hosts of guests.
// Everything runs in one thread.

import { AsyncLocalStorage } from 'node:async_hooks';
import { type Coroutine, getRunningLoop } from 'threadloop';
import * as trio from 'threadloop/trio';
import { describe, expect, test } from 'vitest';
import { nodeTurn } from '../loop/fixtures.js';

/** Longer than a loop keeps its thread at a time: the batch of these tasks is interrupted. */
const longMs = 2;

function burn(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

async function orderWith(seed: number | undefined, stepMs = 0): Promise<string> {
  const order: number[] = [];
  // Coroutines all through: when a promise of an async function goes on is not the run's to say.
  function* main(): Coroutine<void> {
    yield* trio.openNursery(function* (nursery): Coroutine<void> {
      for (let index = 0; index < 8; index += 1) {
        nursery.startSoon(function* () {
          burn(stepMs);
          yield* trio.checkpoint();
          order.push(index);
        });
      }
      yield* trio.checkpoint();
    });
  }
  await trio.run(main, seed === undefined ? {} : { seed });
  return order.join('');
}

describe('a run', () => {
  test('takes tasks in order, and shuffles them by its seed', async () => {
    expect(await orderWith(undefined)).toBe('01234567');
    const first = await orderWith(7);
    expect(await orderWith(7)).toBe(first);
    expect(await orderWith(7, longMs)).toBe(first);
    const orders = new Set([first, await orderWith(8), await orderWith(9), await orderWith(10)]);
    expect(orders.size).toBeGreaterThan(1);
  });

  test('starts a clock that is not that of another run', async () => {
    const [first, second] = [
      await trio.run(async () => trio.currentTime()),
      await trio.run(async () => trio.currentTime()),
    ];
    expect(first).toBeGreaterThan(10_000_000);
    expect(Math.abs(first - second)).toBeGreaterThan(1);
  });

  test('copies the context into tasks, but not into those of the system', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await trio.run(async () => {
      await storage.run('inner', async () => {
        void trio.spawnSystemTask(async () => void seen.push(['system', storage.getStore()]));
        await trio.openNursery((nursery) => {
          nursery.startSoon(async () => void seen.push(['child', storage.getStore()]));
        });
        await trio.testing.waitAllTasksBlocked();
      });
    });
    expect(seen).toEqual([
      ['system', undefined],
      ['child', 'inner'],
    ]);
  });

  test('counts its tasks, and what is due', async () => {
    await trio.run(
      async () => {
        await trio.openNursery((nursery) => {
          nursery.startSoon(() => trio.sleep(50));
          const { tasksLiving, tasksRunnable } = trio.currentStatistics();
          expect([tasksLiving, tasksRunnable]).toEqual([3, 1]);
          return trio.failAfter(20, async () => {
            await trio.testing.waitAllTasksBlocked();
            expect(trio.currentStatistics()).toMatchObject({
              msToNextDeadline: 20,
              tasksRunnable: 0,
            });
            nursery.cancelScope.cancel();
          });
        });
      },
      { clock: new trio.MockClock() },
    );
  });

  test('can be followed by another one, also after it failed', async () => {
    await expect(trio.run(() => Promise.reject(new Error('first')))).rejects.toThrow('first');
    expect(await trio.run(async () => 'second')).toBe('second');
    expect(() => trio.currentTrioToken()).toThrow('no run is under way');
  });
});

describe('a guest run', () => {
  test('hears of deadlines that its host has moved', async () => {
    const scope = new trio.CancelScope();
    const outcome = await new Promise((resolve) => {
      trio.startGuestRun(() => scope.run(() => trio.sleepForever()), {
        runSyncSoonThreadsafe: queueMicrotask,
        doneCallback: resolve,
      });
      setImmediate(() => (scope.deadline = trio.currentTime() + 1));
    });
    expect(outcome).toEqual({ value: undefined });
    expect(scope.cancelledCaught).toBe(true);
  });

  test('tells its error, once', async () => {
    const outcomes: unknown[] = [];
    await new Promise<void>((resolve) => {
      trio.startGuestRun(() => Promise.reject(new RangeError('guest')), {
        runSyncSoonThreadsafe: setImmediate,
        doneCallback: (outcome) => {
          outcomes.push(outcome);
          resolve();
        },
      });
    });
    expect(outcomes).toEqual([{ error: new RangeError('guest') }]);
    expect(await trio.run(async () => 'free again')).toBe('free again');
  });

  test('refuses what is no function before it begins', () => {
    const options = { runSyncSoonThreadsafe: 1 as never, doneCallback: () => {} };
    expect(() => trio.startGuestRun(async () => {}, options)).toThrow('runSyncSoonThreadsafe');
    expect(() => trio.currentTime()).toThrow('no running event loop');
  });
});

test('a timer that is cancelled makes no pass', async () => {
  let passCount = 0;
  const instruments = [{ beforeIoWait: () => void (passCount += 1) }];
  const main = async (): Promise<number> => {
    const timer = getRunningLoop().callLater(60_000, () => {});
    await nodeTurn();
    const before = passCount;
    timer.cancel();
    await nodeTurn();
    return passCount - before;
  };
  expect(await trio.run(main, { instruments })).toBe(0);
});
