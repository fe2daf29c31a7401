// The outcome of a call on another thread, settled by hand: no thread is needed for that.

import { inspect } from 'node:util';
import {
  CancelledError,
  ConcurrentFuture,
  type Coroutine,
  DeadlockError,
  ensureFuture,
  isCancelled,
  NoRunningLoopError,
  run,
  sleep,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { collectGarbage, hostLoop, nodeTurn, recordReports } from '../loop/fixtures.js';

describe('a concurrent future', () => {
  test('is pending until it is settled, and then for good', async () => {
    const future = new ConcurrentFuture<number>();
    expect([future.done(), future.cancelled()]).toEqual([false, false]);
    expect(() => future.result()).toThrow(DeadlockError);
    future.setResult(7);
    future.setResult(8);
    future.setException(new Error('late'));
    expect(future.cancel()).toBe(false);
    expect([future.done(), future.cancelled(), future.result()]).toEqual([true, false, 7]);
    expect(await future).toBe(7);
  });

  test('is a promise in shape', async () => {
    const future = new ConcurrentFuture<number>();
    expect(Object.prototype.toString.call(future)).toBe('[object Promise]');
    let finals = 0;
    const after = future.finally(() => (finals += 1)).then((value) => value + 1);
    const caught = future.catch(() => 'never');
    future.setResult(1);
    const first = Promise.race([future, new Promise(() => {})]);
    expect(await Promise.all([future, after, caught, first])).toEqual([1, 2, 1, 1]);
    expect(finals).toBe(1);
  });

  test('fails with whatever it was failed with', async () => {
    for (const reason of [new RangeError('no'), 'a word', undefined, null, 0]) {
      const future = new ConcurrentFuture();
      future.setException(reason);
      await expect(future).rejects.toBe(reason);
      expect(future.cancelled()).toBe(false);
    }
  });

  test('that is failed with a cancellation is cancelled', async () => {
    const future = new ConcurrentFuture();
    const reason = new CancelledError('over there');
    future.setException(reason);
    expect(future.cancelled()).toBe(true);
    await expect(future).rejects.toBe(reason);
  });

  test('can be cancelled by whoever holds it, once', async () => {
    const future = new ConcurrentFuture<number>();
    expect(future.cancel('enough')).toBe(true);
    expect(future.cancel('again')).toBe(false);
    future.setResult(1);
    expect([future.done(), future.cancelled()]).toEqual([true, true]);
    expect(() => future.result()).toThrow('enough');
    await expect(future).rejects.toSatisfy(isCancelled);
  });

  test('follows a native promise', async () => {
    expect(await ConcurrentFuture.from(Promise.resolve(3))).toBe(3);
    const failed = ConcurrentFuture.from(Promise.reject(new RangeError('no')));
    await expect(failed).rejects.toThrow(RangeError);
    const cancelled = ConcurrentFuture.from(new Promise(() => {}));
    cancelled.cancel();
    await expect(cancelled).rejects.toSatisfy(isCancelled);
  });

  test('prints what is known of it', () => {
    const future = new ConcurrentFuture<unknown>();
    expect(String(future)).toBe('<ConcurrentFuture pending>');
    future.setResult({ page: 'a' });
    expect(inspect(future)).toBe(`<ConcurrentFuture finished result={ page: 'a' }>`);
    const failed = new ConcurrentFuture();
    failed.catch(() => {});
    failed.setException(new RangeError('too far'));
    expect(inspect(failed)).toBe(`<ConcurrentFuture finished exception=RangeError('too far')>`);
    const cancelled = new ConcurrentFuture();
    cancelled.cancel();
    expect(inspect(cancelled)).toBe('<ConcurrentFuture cancelled>');
  });
});

describe('done callbacks', () => {
  test('run in the order in which they were added, where the answer arrives', () => {
    const future = new ConcurrentFuture<number>();
    const seen: unknown[] = [];
    future.addDoneCallback((done) => seen.push('first', done === future, done.result()));
    future.addDoneCallback(() => seen.push('second'));
    future.setResult(7);
    expect(seen).toEqual(['first', true, 7, 'second']);
  });

  test('that come late run in a microtask', async () => {
    const future = new ConcurrentFuture<number>();
    future.setResult(7);
    const seen: unknown[] = [];
    future.addDoneCallback((done) => seen.push(done.result()));
    expect(seen).toEqual([]);
    await Promise.resolve();
    expect(seen).toEqual([7]);
  });

  test('that throw are reported, early or late, and the others run', async () => {
    const loop = hostLoop();
    const reports = recordReports(loop);
    const seen: string[] = [];
    await loop.runUntilComplete(async () => {
      const future = new ConcurrentFuture<number>();
      const stumble = (): never => {
        throw new Error('a stone');
      };
      future.addDoneCallback(stumble);
      future.addDoneCallback(() => seen.push('early'));
      future.setResult(7);
      future.addDoneCallback(stumble);
      future.addDoneCallback(() => seen.push('late'));
      await nodeTurn();
    });
    expect(seen).toEqual(['early', 'late']);
    expect(reports.map(({ message }) => message)).toEqual([
      'Exception in callback stumble()',
      'Exception in callback stumble()',
    ]);
    expect(reports[0]?.exception).toEqual(new Error('a stone'));
  });

  test('may add further ones and may settle others', () => {
    const first = new ConcurrentFuture<number>();
    const second = new ConcurrentFuture<number>();
    const seen: string[] = [];
    second.addDoneCallback(() => seen.push('second'));
    first.addDoneCallback(() => {
      second.setResult(2);
      seen.push('first');
    });
    first.setResult(1);
    expect(seen).toEqual(['second', 'first']);
  });
});

describe('waiting in a coroutine', () => {
  test('gives the result or throws the error, before and after it is there', async () => {
    const [value, failure] = [new ConcurrentFuture<number>(), new ConcurrentFuture<number>()];
    function* main(): Coroutine<unknown[]> {
      const seen: unknown[] = [yield* value, yield* value];
      try {
        yield* failure;
      } catch (error) {
        seen.push(error);
      }
      return seen;
    }
    const reason = new RangeError('no');
    setImmediate(() => {
      value.setResult(7);
      failure.setException(reason);
    });
    expect(await run(main())).toEqual([7, 7, reason]);
  });

  test('ends with a cancellation of either side, and cancels the other', async () => {
    const future = new ConcurrentFuture<number>();
    const seen: string[] = [];
    function* wait(): Coroutine<void> {
      try {
        yield* future;
      } catch (error) {
        seen.push(String(error));
        throw error;
      }
    }
    const outer = new ConcurrentFuture<number>();
    function* waitForOuter(): Coroutine<number> {
      return yield* outer;
    }
    await run(async () => {
      const inside = ensureFuture(wait());
      const outside = ensureFuture(waitForOuter());
      await sleep(0);
      inside.cancel('from inside');
      outer.cancel('from outside');
      await expect(inside).rejects.toThrow('from inside');
      await expect(outside).rejects.toThrow(new CancelledError('from outside'));
    });
    expect(future.cancelled()).toBe(true);
    expect(seen).toEqual(['CancelledError: from inside']);
  });

  test('needs a running loop', () => {
    const future = new ConcurrentFuture<number>();
    expect(() => future[Symbol.iterator]()).toThrow(NoRunningLoopError);
  });

  test('may be done by several coroutines at once', async () => {
    const future = new ConcurrentFuture<number>();
    function* wait(): Coroutine<number> {
      return yield* future;
    }
    await run(async () => {
      const both = [ensureFuture(wait()), ensureFuture(wait())];
      setImmediate(() => future.setResult(7));
      expect(await Promise.all(both)).toEqual([7, 7]);
    });
  });
});

describe('waiting in an async function', () => {
  test('is a cancel point of its task, and cancels the call', async () => {
    const future = new ConcurrentFuture<number>();
    const loop = hostLoop();
    const task = loop.createTask(async () => future);
    await loop.runUntilComplete(async () => {
      await sleep(0);
      task.cancel('enough');
      await sleep(0);
    });
    expect(future.cancelled()).toBe(true);
    await expect(task).rejects.toThrow(new CancelledError('enough'));
  });
});

describe('an error that nobody looks at', () => {
  test('is reported when its future is collected', async () => {
    const loop = hostLoop('main');
    const reports = recordReports(loop);
    const reason = new Error('overlooked');
    await loop.runUntilComplete(async () => {
      const future = new ConcurrentFuture();
      future.setException(reason);
      await Promise.resolve();
    });
    await collectGarbage();
    await collectGarbage();
    expect(reports).toMatchObject([
      { message: 'ConcurrentFuture exception was never retrieved', exception: reason },
    ]);
  });

  test('is not reported when somebody did, in any way, or when it was cancelled', async () => {
    const loop = hostLoop('main');
    const reports = recordReports(loop);
    await loop.runUntilComplete(async () => {
      const fail = (future: ConcurrentFuture<unknown>): void =>
        future.setException(new Error('seen'));
      const fresh = (): ConcurrentFuture<unknown> => new ConcurrentFuture();
      const [awaited, early, late, called, cancelled] = [
        fresh(),
        fresh(),
        fresh(),
        fresh(),
        fresh(),
      ];
      early.catch(() => {});
      called.addDoneCallback((future) => expect(() => future.result()).toThrow('seen'));
      for (const each of [awaited, early, late, called]) fail(each);
      cancelled.setException(new CancelledError());
      await expect(awaited).rejects.toThrow('seen');
      expect(() => late.result()).toThrow('seen');
    });
    await collectGarbage();
    await collectGarbage();
    expect(reports).toEqual([]);
  });
});
