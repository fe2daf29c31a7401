// Operations of Effection in tasks: their values, their errors, and a halt that is waited for.

import { spawn, suspend, type Operation } from 'effection';
import { type Coroutine, isCancelled, timeout, TimeoutError } from 'threadloop';
import { sleepOn, toFuture } from 'threadloop/effection';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../virtual-loop.js';

/** Takes a second to clean up. */
function* slow(log: string[]): Operation<void> {
  try {
    void (yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        log.push('child halted');
      }
    }));
    yield* suspend();
  } finally {
    yield* sleepOn(1_000);
    log.push('cleaned up');
  }
}

describe('toFuture()', () => {
  test('gives the value or the error of an operation', async () => {
    const loop = virtualLoop();
    const failing = function* (): Operation<never> {
      yield* sleepOn(5);
      throw new RangeError('no');
    };
    const main = function* (): Coroutine<number> {
      expect(
        yield* toFuture(function* () {
          return 3;
        }),
      ).toBe(3);
      try {
        yield* toFuture(failing);
      } catch (error) {
        expect(error).toEqual(new RangeError('no'));
        return loop.time();
      }
      return -1;
    };
    expect(await loop.runUntilComplete(main())).toBe(5);
  });

  test('halts the operation when a coroutine is cancelled at it, and waits', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const main = function* (): Coroutine<void> {
      try {
        yield* toFuture(() => slow(log));
      } finally {
        log.push(`went on at ${loop.time()}`);
      }
    };
    const task = loop.createTask(main());
    loop.callLater(10, () => task.cancel('enough'));
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    expect(log.at(-1)).toBe('went on at 1010');
    expect([...log].sort()).toEqual(['child halted', 'cleaned up', 'went on at 1010']);
    loop.assertNoLeaks();
  });

  test('does so in async functions, too', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const main = async (): Promise<void> => {
      const limited = timeout(10, async () => toFuture(() => slow(log)));
      await expect(limited).rejects.toThrow(TimeoutError);
      expect(loop.time()).toBe(1_010);
    };
    await loop.runUntilComplete(loop.createTask(main));
    expect(log).toContain('cleaned up');
  });

  test('fails with what the clean-up throws', async () => {
    const loop = virtualLoop();
    const untidy = function* (): Operation<void> {
      try {
        yield* suspend();
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what a bad clean-up does is the subject
        throw new RangeError('untidy');
      }
    };
    const future = toFuture(untidy, { loop });
    future.cancel();
    await expect(loop.runUntilComplete(future)).rejects.toThrow('untidy');
  });
});
