// Cancelling, in both kinds of work: where the request lands, and what becomes of the task.
// Scenarios of CPython's test suite are here and in task.cancel-chain.test.ts.

import { CancelledError, type Coroutine, isCancelled, sleep, type Task } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { outcomeOf, runOneTick, virtualLoop } from './fixtures.js';
import { kindsOfWork } from './kinds-of-work.js';

describe.for(kindsOfWork)('cancelling %s', ([, make]) => {
  test('before it begins keeps it from beginning', async () => {
    const loop = virtualLoop();
    let hasBegun = false;
    const task = loop.createTask(
      make(function* (): Coroutine<void> {
        hasBegun = true;
      }),
    );
    expect(task.cancel('m')).toBe(true);
    expect([task.done(), task.cancelled()]).toEqual([false, false]);
    expect(await outcomeOf(task)).toBe('cancelled(m)');
    expect([hasBegun, task.cancelled(), task.cancelling()]).toEqual([false, true, 1]);
  });

  test('lands at the wait where it stands, which is withdrawn', async () => {
    const loop = virtualLoop();
    let caught: unknown;
    const task = loop.createTask(
      make(function* (): Coroutine<void> {
        try {
          yield* sleep(1_000);
        } catch (error) {
          caught = error;
          throw error;
        }
      }),
    );
    loop.callLater(5, () => task.cancel('enough'));
    expect(await outcomeOf(task)).toBe('cancelled(enough)');
    expect(caught).toBeInstanceOf(CancelledError);
    expect(loop.time()).toBe(5);
    expect(loop.pendingCount()).toBe(0);
  });

  test('lets it clean up, and wait while it does', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const task = loop.createTask(
      make(function* (): Coroutine<void> {
        try {
          yield* sleep(1_000);
        } finally {
          log.push('cleaning');
          yield* sleep(10);
          log.push('clean');
        }
      }),
    );
    loop.callLater(5, () => task.cancel());
    expect(await outcomeOf(task)).toBe('cancelled()');
    expect(log).toEqual(['cleaning', 'clean']);
    expect(loop.time()).toBe(15);
  });

  test('can be refused by it', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(
      make(function* (): Coroutine<string> {
        try {
          yield* sleep(1_000);
        } catch {
          yield* sleep(10);
        }
        return 'stayed';
      }),
    );
    loop.callLater(5, () => task.cancel());
    expect(await outcomeOf(task)).toBe('stayed');
    expect([task.cancelled(), task.cancelling()]).toEqual([false, 1]);
  });

  test('may make it fail with another error', async () => {
    const loop = virtualLoop();
    const failure = new RangeError('while cleaning up');
    const task = loop.createTask(
      make(function* (): Coroutine<void> {
        try {
          yield* sleep(1_000);
        } catch {
          throw failure;
        }
      }),
    );
    loop.callLater(5, () => task.cancel());
    expect(await outcomeOf(task)).toBe(failure);
    expect(task.cancelled()).toBe(false);
  });

  test('itself counts even when it waits for nothing any more', async () => {
    const loop = virtualLoop();
    const task: Task<number> = loop.createTask(
      make(function* (): Coroutine<number> {
        task.cancel('by my own hand');
        return 5;
      }),
    );
    expect(await outcomeOf(task)).toBe('cancelled(by my own hand)');
  });

  test('itself lands at its next wait', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const task: Task<string> = loop.createTask(
      make(function* (): Coroutine<string> {
        yield* sleep(1);
        task.cancel();
        log.push('not yet');
        try {
          yield* sleep(1_000);
        } catch (error) {
          log.push(String(isCancelled(error)));
        }
        yield* sleep(1);
        return 'went on';
      }),
    );
    expect(await outcomeOf(task)).toBe('went on');
    expect(log).toEqual(['not yet', 'true']);
    expect(loop.time()).toBe(2);
  });

  test('twice and taking both back in time cancels nothing', async () => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    const task: Task<string> = loop.createTask(
      make(function* (): Coroutine<string> {
        seen.push(task.cancel(), task.cancel(), task.cancelling());
        seen.push(task.uncancel(), task.uncancel(), task.uncancel());
        yield* sleep(1);
        return 'went on';
      }),
    );
    expect(await outcomeOf(task)).toBe('went on');
    expect(seen).toEqual([true, true, 2, 1, 0, 0]);
    expect(task.cancelling()).toBe(0);
  });

  test('twice in one tick delivers the first request alone', async () => {
    const loop = virtualLoop();
    const caught: string[] = [];
    const task: Task<string> = loop.createTask(
      make(function* (): Coroutine<string> {
        for (const word of ['first', 'second', 'third']) {
          try {
            yield* sleep(1_000);
          } catch (error) {
            caught.push(`${word} wait: ${String(error)}`);
          }
        }
        return 'went on';
      }),
    );
    loop.callLater(5, () => {
      task.cancel('a');
      task.cancel('b');
    });
    loop.callLater(10, () => task.cancel('c'));
    expect(await outcomeOf(task)).toBe('went on');
    expect(caught).toEqual(['first wait: CancelledError: a', 'second wait: CancelledError: c']);
    expect(task.cancelling()).toBe(3);
    expect(loop.time()).toBe(1_010);
  });

  test('comes too late once it is done', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(
      make(function* (): Coroutine<string> {
        return 'done';
      }),
    );
    await loop.runUntilComplete(task);
    expect(task.cancel()).toBe(false);
    expect([task.cancelled(), task.cancelling(), task.result()]).toEqual([false, 0, 'done']);
  });

  test('happens to it where it throws a CancelledError of its own', async () => {
    const loop = virtualLoop();
    const thrown = new CancelledError('gave up');
    const task = loop.createTask(
      make(function* (): Coroutine<void> {
        yield* sleep(1);
        throw thrown;
      }),
    );
    await expect(loop.runUntilComplete(task)).rejects.toBe(thrown);
    expect([task.cancelled(), task.cancelling()]).toEqual([true, 0]);
  });

  test('can be turned into a timeout by hand', async () => {
    const loop = virtualLoop();
    const log: unknown[] = [];
    const withTimeout = (delayMs: number) =>
      function* (this: void): Coroutine<string> {
        let isExpired = false;
        const timer = loop.callLater(100, () => {
          isExpired = true;
          tasks[delayMs]?.cancel();
        });
        try {
          yield* sleep(delayMs);
        } catch (error) {
          const current = tasks[delayMs] as Task<string>;
          if (!isCancelled(error) || !isExpired || current.uncancel() > 0) throw error;
          log.push('timed out');
        } finally {
          timer.cancel();
        }
        yield* sleep(1);
        return 'after the block';
      };
    const tasks: Record<number, Task<string>> = {};
    for (const delayMs of [10_000, 10]) {
      const task = loop.createTask(make(withTimeout(delayMs)));
      tasks[delayMs] = task;
      expect(await outcomeOf(task)).toBe('after the block');
      expect(task.cancelling()).toBe(0);
    }
    expect(log).toEqual(['timed out']);
  });

  test('takes effect within the next tick', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const task = loop.createTask(
      make(function* (): Coroutine<void> {
        try {
          yield* sleep(1_000);
        } finally {
          log.push('landed');
        }
      }),
    );
    await runOneTick(loop);
    task.cancel();
    await runOneTick(loop);
    expect(log).toEqual(['landed']);
    await outcomeOf(task);
  });
});
