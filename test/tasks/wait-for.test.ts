// Waiting with a limit of time: what is ours alone.

import { type Coroutine, ensureFuture, sleep, TimeoutError, waitFor } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { recordReports, virtualLoop } from '../loop/fixtures.js';

describe('waitFor()', () => {
  test('gives a promise of others up at once, and reports what it fails with later', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    let fail: (error: Error) => void = () => {};
    const promise = new Promise<never>((_resolve, reject) => (fail = reject));
    await loop.runUntilComplete(async () => {
      const error = await waitFor(promise, 10).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TimeoutError);
      expect(loop.time()).toBe(10);
      fail(new RangeError('late'));
      await sleep(1);
    });
    expect(reports.map(({ exception }) => exception)).toEqual([new RangeError('late')]);
  });

  test('takes a promise in a coroutine, and a coroutine in an async function', async () => {
    const loop = virtualLoop();
    const work = function* (): Coroutine<string> {
      return yield* sleep(5, 'coroutine');
    };
    const main = function* (): Coroutine<string> {
      return yield* waitFor(Promise.resolve('promise'), 10);
    };
    expect(await loop.runUntilComplete(main())).toBe('promise');
    expect(await loop.runUntilComplete(async () => waitFor(work(), 10))).toBe('coroutine');
  });

  test('with no time takes what is done, and no more', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      const failed = ensureFuture(Promise.reject(new RangeError('spam')));
      await sleep(1);
      await expect(waitFor(failed, 0)).rejects.toThrow('spam');
      const pending = loop.createFuture<null>();
      await expect(waitFor(pending, -5)).rejects.toBeInstanceOf(TimeoutError);
      expect(pending.cancelled()).toBe(true);
    });
  });

  test('runs another operation in the calling task', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      await expect(waitFor(waitFor(sleep(1_000), 50), 10)).rejects.toBeInstanceOf(TimeoutError);
      expect(loop.time()).toBe(10);
    });
  });
});
