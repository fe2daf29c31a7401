// What cancelling does to a posted task: it waits, or it runs.

import { inspect } from 'node:util';
import {
  CancelledError,
  type Coroutine,
  type Future,
  gather,
  type HostEventLoop,
  scheduler,
  schedulerOf,
  sleep,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

describe('cancelling a posted task', () => {
  test.for([
    ['queued', {}],
    ['delayed', { delay: 5 }],
  ] as const)('withdraws it while it is %s', async ([, options]) => {
    const loop = virtualLoop();
    let ran = false;
    const task = schedulerOf(loop).postTask(() => (ran = true), options);
    expect(task.cancel('not needed')).toBe(true);
    expect(task.cancelled()).toBe(true);
    expect(task.cancel()).toBe(false);
    expect(inspect(schedulerOf(loop))).toBe('<Scheduler queued=0>');
    await loop.runUntilComplete(sleepOn(loop, 10));
    expect(ran).toBe(false);
    await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('not needed'));
  });

  test('lands inside it when it runs, and at the signal that it takes', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const coroutine = schedulerOf(loop).postTask(function* () {
      try {
        yield* sleep(100);
      } finally {
        log.push(`coroutine ended at ${loop.time()}`);
      }
    });
    const async = schedulerOf(loop).postTask(async (signal) => {
      signal.addEventListener('abort', () => log.push(`signal at ${loop.time()}`));
      await sleep(100);
    });
    loop.callLater(10, () => [coroutine, async].map((each) => each.cancel()));
    const results = gather([coroutine, async], { returnExceptions: true });
    expect(await loop.runUntilComplete(results)).toEqual([
      new CancelledError(''),
      new CancelledError(''),
    ]);
    expect([coroutine.cancelled(), async.cancelled()]).toEqual([true, true]);
    expect(log.sort()).toEqual(['coroutine ended at 10', 'signal at 10']);
  });

  test('lets it refuse, as any task may', async () => {
    const loop = virtualLoop();
    const task = schedulerOf(loop).postTask(function* () {
      try {
        yield* sleep(100);
        return 'slept';
      } catch {
        return 'refused';
      }
    });
    loop.callLater(10, () => task.cancel());
    expect(await loop.runUntilComplete(task)).toBe('refused');
  });

  test('counts also when it comes from its own first step', async () => {
    const loop = virtualLoop();
    const plain: Future<string> = schedulerOf(loop).postTask(() => {
      expect(plain.cancel('done with it')).toBe(true);
      return 'ran';
    });
    const waiting: Future<void> = schedulerOf(loop).postTask(async () => {
      waiting.cancel('done with it');
      await sleep(100);
    });
    const expected = new CancelledError('done with it');
    await expect(loop.runUntilComplete(plain)).rejects.toThrow(expected);
    await expect(loop.runUntilComplete(waiting)).rejects.toThrow(expected);
    expect(loop.time()).toBe(0);
  });

  test('happens to those that a cancelled task waits for', async () => {
    const loop = virtualLoop();
    let ran = false;
    const waiter = loop.createTask(
      (function* wait(): Coroutine<void> {
        yield* scheduler.postTask(() => (ran = true), { delay: 10 });
      })(),
    );
    loop.callLater(5, () => waiter.cancel());
    await expect(loop.runUntilComplete(waiter)).rejects.toThrow(CancelledError);
    await loop.runUntilComplete(sleepOn(loop, 20));
    expect(ran).toBe(false);
  });
});

function sleepOn(loop: HostEventLoop, delayMs: number): Future<void> {
  const future = loop.createFuture<void>();
  loop.callLater(delayMs, () => future.setResult());
  return future;
}
