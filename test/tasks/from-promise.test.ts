// Promises as futures of a loop: what a cancel of the future does to the work behind the promise.

import { setImmediate as turnOfNode } from 'node:timers/promises';
import {
  BlockingEventLoop,
  type Coroutine,
  fromPromise,
  isCancelled,
  sleep,
  timeout,
  TimeoutError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { closedAfterwards, recordReports, virtualLoop } from '../loop/fixtures.js';

/** A promise that fails with the reason of its signal, some turns of Node's loop later. */
function listening(log: string[]): (signal: AbortSignal) => Promise<never> {
  return (signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        log.push(`aborted: ${(signal.reason as Error).message}`);
        setImmediate(() => {
          log.push('cleaned up');
          reject(signal.reason as Error);
        });
      });
    });
}

describe('fromPromise() of a promise', () => {
  test('takes over its value and its error', async () => {
    const loop = virtualLoop();
    expect(await loop.runUntilComplete(fromPromise(Promise.resolve(3), { loop }))).toBe(3);
    const failing = fromPromise(Promise.reject(new RangeError('no')), { loop });
    await expect(loop.runUntilComplete(failing)).rejects.toThrow(RangeError);
  });

  test('only stops waiting when it is cancelled, and reports a late error', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    let reject: (error: Error) => void = () => undefined;
    const promise = new Promise<never>((_resolve, refuse) => {
      reject = refuse;
    });
    const future = fromPromise(promise, { loop });
    expect(future.cancel('enough')).toBe(true);
    expect(future.cancelled()).toBe(true);
    reject(new RangeError('late'));
    await turnOfNode();
    expect(reports.map(({ exception }) => (exception as Error).message)).toEqual(['late']);
  });
});

describe('fromPromise() of a function', () => {
  test('calls it at once, and takes over what its promise gives', async () => {
    const loop = virtualLoop();
    let isCalled = false;
    const future = fromPromise(
      async () => {
        isCalled = true;
        await turnOfNode();
        return 'done';
      },
      { loop },
    );
    expect(isCalled).toBe(true);
    expect(await loop.runUntilComplete(future)).toBe('done');
  });

  test('fails with what the function throws', async () => {
    const loop = virtualLoop();
    const refuse = (): Promise<void> => {
      throw new RangeError('at once');
    };
    await expect(loop.runUntilComplete(fromPromise(refuse, { loop }))).rejects.toThrow('at once');
  });

  test('fires the signal when it is cancelled, and waits for the end', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const main = function* (): Coroutine<void> {
      try {
        yield* fromPromise(listening(log));
      } catch (error) {
        log.push(isCancelled(error) ? `cancelled: ${error.message}` : 'failed');
        throw error;
      }
    };
    const task = loop.createTask(main());
    loop.callSoon(() => loop.callSoon(() => task.cancel('enough')));
    await loop.runUntilComplete(task).catch(() => {});
    expect(task.cancelled()).toBe(true);
    expect(log).toEqual(['aborted: enough', 'cleaned up', 'cancelled: enough']);
  });

  test('is a cancel point of async tasks, too', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const main = async (): Promise<void> => {
      await expect(
        timeout(10, async () => {
          await fromPromise(listening(log));
        }),
      ).rejects.toThrow(TimeoutError);
    };
    await loop.runUntilComplete(loop.createTask(main));
    expect(log.map((line) => line.split(':')[0])).toEqual(['aborted', 'cleaned up']);
  });

  test.for([
    ['the web', () => new DOMException('x', 'AbortError')],
    ['Node', () => Object.assign(new Error('x'), { code: 'ABORT_ERR' })],
  ] as const)('is cancelled by the abort error of %s', async ([, makeError]) => {
    const loop = virtualLoop();
    const future = fromPromise(
      (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(makeError()));
        }),
      { loop },
    );
    future.cancel('enough');
    await expect(loop.runUntilComplete(future)).rejects.toThrow('enough');
    expect(future.cancelled()).toBe(true);
  });

  test('keeps the result or the error of work that does not heed the signal', async () => {
    const loop = virtualLoop();
    const main = function* () {
      const kept = fromPromise(async () => turnOfNode('kept'));
      const broken = fromPromise(async () => {
        await turnOfNode();
        throw new RangeError('broken');
      });
      expect(kept.cancel()).toBe(true);
      expect(kept.cancel()).toBe(true);
      expect(kept.done()).toBe(false);
      broken.cancel();
      expect(yield* kept).toBe('kept');
      expect(kept.cancel()).toBe(false);
      yield* sleep(1);
      expect(() => broken.result()).toThrow('broken');
    };
    await loop.runUntilComplete(main());
  });
});

test('fromPromise() says what it expects, and where promises do not settle', async () => {
  const loop = virtualLoop();
  expect(() => fromPromise(3 as never, { loop })).toThrow(
    'fromPromise() expects a promise, or a function that returns one, got 3',
  );
  const blocking = closedAfterwards(new BlockingEventLoop());
  expect(() => fromPromise(async () => 1, { loop: blocking })).toThrow('native promise');
});
