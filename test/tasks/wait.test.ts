// Waiting for several futures: what is ours alone.

import {
  type Coroutine,
  InvalidArgumentError,
  isCancelled,
  sleep,
  timeout,
  TimeoutError,
  wait,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

function* sleepAndGive<T>(delayMs: number, value: T): Coroutine<T> {
  return yield* sleep(delayMs, value);
}

describe('wait()', () => {
  test('parts tasks of both kinds, awaited in both kinds', async () => {
    const loop = virtualLoop();
    const start = () => [
      loop.createTask(sleepAndGive(10, 'coroutine')),
      loop.createTask(async () => sleep(30, 'async')),
    ];
    const inAsync = await loop.runUntilComplete(async () => {
      const [fast, slow] = start();
      const { done, pending } = await wait([fast, slow] as never[], { timeoutMs: 20 });
      return [done.has(fast as never), pending.has(slow as never), done.size, pending.size];
    });
    const main = function* (): Coroutine<unknown[]> {
      const [fast, slow] = start();
      const { done, pending } = yield* wait([fast, slow] as never[], { timeoutMs: 20 });
      return [done.has(fast as never), pending.has(slow as never), done.size, pending.size];
    };
    expect([inAsync, await loop.runUntilComplete(main())]).toEqual([
      [true, true, 1, 1],
      [true, true, 1, 1],
    ]);
    await loop.runUntilComplete(async () => sleep(50));
  });

  test('that is cancelled leaves the futures as they are, and no timer', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      const future = loop.createFuture<null>();
      const waiting = timeout(5, async () => wait([future], { timeoutMs: 60_000 }));
      await expect(waiting).rejects.toBeInstanceOf(TimeoutError);
      expect([future.done(), loop.time()]).toEqual([false, 5]);
      await expect(wait([future], { timeoutMs: 0 })).resolves.toMatchObject({
        done: new Set(),
        pending: new Set([future]),
      });
    });
    expect(loop.pendingCount()).toBe(0);
  });

  test('refuses promises, and says what to do', async () => {
    await virtualLoop().runUntilComplete(() => {
      expect(() => wait([Promise.resolve() as never])).toThrow(InvalidArgumentError);
      expect(() => wait([Promise.resolve() as never])).toThrow(/use ensureFuture\(\)$/);
      expect(() => wait([sleep(1)], { returnWhen: 'soon' as never })).toThrow(
        'Invalid return_when value: soon',
      );
    });
  });

  test('does not take a cancelled future for one that failed', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      const [cancelled, slow] = [loop.createFuture<null>(), sleep(10, null)];
      loop.callLater(1, () => cancelled.cancel());
      const { done } = await wait([cancelled, slow], { returnWhen: 'FIRST_EXCEPTION' });
      expect([done.size, loop.time()]).toEqual([2, 10]);
      await expect(cancelled).rejects.toSatisfy(isCancelled);
    });
  });
});
