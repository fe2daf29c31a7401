// Scenarios of CPython's test suite are here.

import {
  allTasks,
  CancelledError,
  type Coroutine,
  DifferentLoopError,
  type Future,
  gather,
  InvalidArgumentError,
  isCancelled,
  sleep,
  type Task,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { collectGarbage, hostLoop, recordReports, virtualLoop } from '../loop/fixtures.js';
import { kindsOfWork } from '../loop/kinds-of-work.js';

function* answer<T>(delayMs: number, value: T): Coroutine<T> {
  yield* sleep(delayMs);
  return value;
}

function* fail(delayMs: number, error: unknown): Coroutine<never> {
  yield* sleep(delayMs);
  throw error;
}

describe('gather()', () => {
  test.for(kindsOfWork)('gives results in the order of its arguments, in %s', async ([, make]) => {
    const loop = virtualLoop();
    const work = make(function* (): Coroutine<string[]> {
      return yield* gather([
        answer(30, 'coroutine'),
        loop.createTask(answer(10, 'task')),
        sleep(20, 'future'),
        Promise.resolve('promise'),
      ]);
    });
    const results = await loop.runUntilComplete(work);
    expect(results).toEqual(['coroutine', 'task', 'future', 'promise']);
    expect(loop.time()).toBe(30);
  });

  test('takes any iterable, also an empty one', async () => {
    const loop = virtualLoop();
    const works = new Set([answer(2, 'a'), answer(1, 'b')]);
    const lazy = (function* (): Generator<Coroutine<string>> {
      yield answer(1, 'c');
      yield answer(1, 'd');
    })();
    const main = function* (): Coroutine<unknown> {
      const none = gather<string>([]);
      expect(none.done()).toBe(true);
      return [yield* gather(works), yield* gather(lazy), none.result()];
    };
    expect(await loop.runUntilComplete(main())).toEqual([['a', 'b'], ['c', 'd'], []]);
  });

  test('fails with the first error at once, and lets the others go on', async () => {
    const loop = virtualLoop();
    const failure = new RangeError('out of reach');
    const main = function* (): Coroutine<unknown[]> {
      const ok = loop.createTask(answer(20, 'ok'));
      const seen: unknown[] = [];
      try {
        yield* gather([fail(10, failure), ok]);
      } catch (error) {
        seen.push(error, loop.time(), ok.done());
      }
      seen.push(yield* ok, loop.time());
      return seen;
    };
    expect(await loop.runUntilComplete(main())).toEqual([failure, 10, false, 'ok', 20]);
  });

  test('drops the errors after the first', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    await loop.runUntilComplete(async () => {
      const failing = gather([fail(1, new Error('first')), fail(2, new Error('second'))]);
      await expect(failing).rejects.toThrow('first');
      await sleep(5);
    });
    await collectGarbage();
    await collectGarbage();
    expect(reports).toEqual([]);
  });

  test('runs the same awaitable once, and fills every place with its result', async () => {
    const loop = virtualLoop();
    let runs = 0;
    const count = function* (word: string): Coroutine<string> {
      runs += 1;
      yield* sleep(1);
      return word;
    };
    const [c, d] = [count('abc'), count('def')];
    const main = function* (): Coroutine<string[]> {
      return yield* gather([c, c, d, c]);
    };
    expect(await loop.runUntilComplete(main())).toEqual(['abc', 'abc', 'def', 'abc']);
    expect(runs).toBe(2);
  });

  test('puts errors and cancellations in their places where it is asked to', async () => {
    const loop = virtualLoop();
    const failure = new RangeError('out of reach');
    const main = function* (): Coroutine<unknown[]> {
      const cancelled = loop.createTask(answer(1_000, 'never'));
      const future = loop.createFuture<string>();
      cancelled.cancel('by hand');
      future.cancel();
      const works = [answer(1, 'value'), fail(2, failure), cancelled, future, answer(3, 'last')];
      return yield* gather(works, { returnExceptions: true });
    };
    const results = await loop.runUntilComplete(main());
    expect(results).toEqual([
      'value',
      failure,
      new CancelledError('by hand'),
      new CancelledError(),
      'last',
    ]);
    expect(results[1]).toBe(failure);
    expect(results[2]).toSatisfy(isCancelled);
  });

  test('takes a child that is cancelled for an error, and is not cancelled itself', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<unknown> {
      const child = loop.createTask(answer(1_000, 'never'));
      const all = gather([child, answer(5, 'other')]);
      loop.callLater(1, () => child.cancel('child'));
      yield* gather([all], { returnExceptions: true });
      return [all.cancelled(), all.exception()];
    };
    expect(await loop.runUntilComplete(main())).toEqual([false, new CancelledError('child')]);
  });

  test.for([[true], [false]] as const)(
    'that is cancelled cancels all, and ends when all have ended (returnExceptions: %s)',
    async ([returnExceptions]) => {
      const loop = virtualLoop();
      const tidy = function* (): Coroutine<void> {
        try {
          yield* sleep(1_000);
        } finally {
          yield* sleep(10);
        }
      };
      const main = function* (): Coroutine<unknown[]> {
        const children = [loop.createTask(tidy()), loop.createTask(answer(1_000, 'never'))];
        const all: Future<unknown> = gather<unknown>(children, { returnExceptions });
        yield* sleep(1);
        const cancelled = all.cancel('why');
        const again = all.cancel('again');
        const doneAtOnce = all.done();
        let error: unknown;
        try {
          yield* all;
        } catch (reason) {
          error = reason;
        }
        const states = children.map((child) => child.cancelled());
        return [cancelled, again, doneAtOnce, error, states, all.cancelled(), loop.time()];
      };
      const [cancelled, , doneAtOnce, error, ...rest] = await loop.runUntilComplete(main());
      expect([cancelled, doneAtOnce]).toEqual([true, false]);
      expect(error).toSatisfy(isCancelled);
      expect(rest).toEqual([[true, true], false, 11]);
    },
  );

  test('keeps the message of its cancellation', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<unknown> {
      const all = gather([answer(1_000, 1)]);
      yield* sleep(1);
      all.cancel('why');
      yield* gather([all], { returnExceptions: true });
      return all.exception();
    };
    expect(await loop.runUntilComplete(main())).toEqual(new CancelledError('why'));
  });

  test('cannot be cancelled once all children are done', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<unknown[]> {
      const child = loop.createFuture<number>();
      const all = gather([child]);
      child.setResult(1);
      return [all.done(), all.cancel(), yield* all, all.cancel()];
    };
    expect(await loop.runUntilComplete(main())).toEqual([false, false, [1], false]);
  });

  test('refuses futures of several loops', () => {
    const futures = [hostLoop().createFuture(), hostLoop().createFuture()];
    expect(() => gather(futures)).toThrow(DifferentLoopError);
    expect(() => gather(futures)).toThrow(
      'The future belongs to a different loop than the one specified as the loop argument',
    );
  });

  test('starts nothing on the loop of a future that comes from elsewhere', async () => {
    const loop = virtualLoop();
    const foreign = hostLoop().createFuture();
    await loop.runUntilComplete(async () => {
      expect(() => gather([answer(1, 'a'), foreign])).toThrow(DifferentLoopError);
      expect(allTasks().size + allTasks(foreign.getLoop()).size).toBe(1);
    });
  });

  test('runs on the loop of the futures that it is given', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<string>();
    const all = gather([future, answer(1, 'coroutine')]);
    expect(all.getLoop()).toBe(loop);
    future.setResult('future');
    expect(await loop.runUntilComplete(all)).toEqual(['future', 'coroutine']);
  });

  test('refuses what cannot be awaited, above all a generator function', async () => {
    await virtualLoop().runUntilComplete(() => {
      expect(() => gather([5 as never])).toThrow(InvalidArgumentError);
      expect(() => gather([answer as never])).toThrow(/call/);
    });
  });

  test('gives a tuple for a tuple, so that values keep their types', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<string> {
      const [text, number] = yield* gather([answer(1, 'text'), sleep(1, 42)]);
      return `${text.toUpperCase()} ${number.toFixed(1)}`;
    };
    expect(await loop.runUntilComplete(main())).toBe('TEXT 42.0');
  });

  test('is one future like any other', async () => {
    const loop = virtualLoop();
    const task: Task<string[]> = loop.createTask(async () => await gather([answer(1, 'a')]));
    expect(await loop.runUntilComplete(task)).toEqual(['a']);
    const all = await loop.runUntilComplete(async () => {
      const gathered = gather([answer(1, 'b')]);
      gathered.addDoneCallback(() => {});
      await gathered;
      return [gathered];
    });
    expect(String(all[0])).toMatch(/^<\w+ finished result=\[ 'b' \]>$/);
  });
});
