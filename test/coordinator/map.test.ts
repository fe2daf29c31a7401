// One function over many inputs, with calls that the test settles by hand.

import { ConcurrentFuture } from 'threadloop';
import { describe, expect, test, vi } from 'vitest';
import { MapIterator } from '#src/coordinator/map.js';
import { errorOf, quiet } from './scripted-threads.js';

interface Call {
  readonly input: number;
  readonly future: ConcurrentFuture<unknown>;
}

/** A mapping over a source that notes how far it was read and whether it was closed. */
function makeMapping({
  count = Infinity,
  concurrency = 2,
  ordered = true,
  isAsync = false,
}: {
  readonly count?: number;
  readonly concurrency?: number;
  readonly ordered?: boolean;
  readonly isAsync?: boolean;
} = {}) {
  const calls: Call[] = [];
  const source = { readCount: 0, closedCount: 0 };
  function* read(): Generator<number, void, undefined> {
    try {
      while (source.readCount < count) yield source.readCount++;
    } finally {
      source.closedCount += 1;
    }
  }
  async function* readLater(): AsyncGenerator<number, void, undefined> {
    for (const input of read()) {
      await Promise.resolve();
      yield input;
    }
  }
  const call = (input: number): ConcurrentFuture<unknown> => {
    const future = new ConcurrentFuture<unknown>();
    calls.push({ input, future });
    return future;
  };
  const inputs = isAsync ? readLater() : read();
  const results = new MapIterator<number, unknown>({ call, inputs, concurrency, ordered });
  const answer = (...numbers: number[]): void => {
    for (const number of numbers) calls[number]?.future.setResult(`result ${number}`);
  };
  return { results, calls, source, answer };
}

const value = (number: number) => ({ done: false, value: `result ${number}` });
const end = { done: true, value: undefined };

describe('results', () => {
  test.for([false, true])(
    'come in the order of the inputs (asynchronous source: %s)',
    async (isAsync) => {
      const { results, answer } = makeMapping({ count: 4, concurrency: 4, isAsync });
      const first = results.next();
      await quiet();
      answer(3, 1, 2);
      await quiet();
      const isFirst = await Promise.race([first.then(() => true), quiet().then(() => false)]);
      expect(isFirst).toBe(false);
      answer(0);
      expect(await first).toEqual(value(0));
      expect([await results.next(), await results.next(), await results.next()]).toEqual(
        [1, 2, 3].map(value),
      );
      expect([await results.next(), await results.next()]).toEqual([end, end]);
    },
  );

  test('come as they are there, on request', async () => {
    const { results, answer } = makeMapping({ count: 3, concurrency: 3, ordered: false });
    const first = results.next();
    await quiet();
    answer(2);
    expect(await first).toEqual(value(2));
    const second = results.next();
    await quiet();
    answer(0);
    expect(await second).toEqual(value(0));
    answer(1);
    expect([await results.next(), await results.next()]).toEqual([value(1), end]);
  });

  test('are none for no inputs', async () => {
    const { results, source } = makeMapping({ count: 0 });
    expect([await results.next(), await results.next()]).toEqual([end, end]);
    expect(source.closedCount).toBe(1);
  });

  test('may be asked for several at once, and come in the order of asking', async () => {
    const { results, answer } = makeMapping({ count: 3, concurrency: 3 });
    const asked = [results.next(), results.next(), results.next(), results.next()];
    await quiet();
    answer(2, 1, 0);
    expect(await Promise.all(asked)).toEqual([value(0), value(1), value(2), end]);
  });

  test('are an iterable of themselves', async () => {
    const { results, calls } = makeMapping({ count: 2 });
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const result of results) seen.push(result);
    })();
    await quiet();
    for (const { input, future } of calls) future.setResult(input * 2);
    await loop;
    expect(seen).toEqual([0, 2]);
    expect(results[Symbol.asyncIterator]()).toBe(results);
  });
});

describe('the source', () => {
  test.for([false, true])(
    'is not read before the first result is asked for (%s)',
    async (isAsync) => {
      const { source, calls } = makeMapping({ isAsync });
      await quiet();
      expect([source.readCount, calls.length]).toEqual([0, 0]);
    },
  );

  test.for([false, true])(
    'is read as far as there is room for calls (asynchronous: %s)',
    async (isAsync) => {
      const { results, source, calls, answer } = makeMapping({ concurrency: 3, isAsync });
      const first = results.next();
      await quiet();
      expect([source.readCount, calls.length]).toEqual([3, 3]);
      answer(0);
      await first;
      await quiet();
      expect([source.readCount, calls.length]).toEqual([4, 4]);
    },
  );

  test('is read one by one when concurrency is 1', async () => {
    const { results, calls, answer } = makeMapping({ concurrency: 1 });
    for (let number = 0; number < 3; number += 1) {
      const next = results.next();
      await quiet();
      expect(calls).toHaveLength(number + 1);
      answer(number);
      expect(await next).toEqual(value(number));
    }
  });

  test('is not read ahead without end while nobody takes the results', async () => {
    const { results, calls, answer } = makeMapping({ concurrency: 2 });
    void results.next();
    for (let number = 0; number < 200; number += 1) {
      await Promise.resolve();
      answer(number);
    }
    await quiet();
    expect(calls.length).toBeLessThanOrEqual(2 * 8 + 2);
  });

  test('is not read ahead without end behind a slow result either', async () => {
    const { results, calls, answer } = makeMapping({ concurrency: 2 });
    const first = results.next();
    for (let number = 1; number < 200; number += 1) {
      await Promise.resolve();
      answer(number);
    }
    await quiet();
    expect(calls.length).toBeLessThanOrEqual(2 * 8);
    answer(0);
    expect(await first).toEqual(value(0));
  });

  test('may give its inputs by any kind of promise', async () => {
    let count = 0;
    const inputs = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          count += 1;
          return ConcurrentFuture.from(Promise.resolve({ done: count > 3, value: count }));
        },
      }),
    } as unknown as AsyncIterable<number>;
    const call = (input: number): ConcurrentFuture<unknown> =>
      ConcurrentFuture.from(Promise.resolve(input * 2));
    const results = new MapIterator({ call, inputs, concurrency: 2, ordered: true });
    const seen: unknown[] = [];
    for await (const result of results) seen.push(result);
    expect(seen).toEqual([2, 4, 6]);
  });
});

describe('an error', () => {
  test('of a call ends it: in its place, with the others cancelled and the source closed', async () => {
    const { results, calls, source, answer } = makeMapping({ concurrency: 3 });
    const first = results.next();
    await quiet();
    calls[1]?.future.setException(new RangeError('no'));
    answer(0);
    expect(await first).toEqual(value(0));
    await expect(results.next()).rejects.toThrow(new RangeError('no'));
    expect(source.closedCount).toBe(1);
    const others = calls.filter(({ input }) => input > 1);
    expect(others.length).toBeGreaterThan(0);
    for (const { future } of others) expect(future.cancelled()).toBe(true);
    const readCount = source.readCount;
    expect([await results.next(), await results.next()]).toEqual([end, end]);
    expect([source.readCount, source.closedCount]).toEqual([readCount, 1]);
  });

  test('of the source comes behind the results before it', async () => {
    const inputs = (function* () {
      yield 0;
      throw new RangeError('the source is broken');
    })();
    const future = new ConcurrentFuture<unknown>();
    const call = () => future;
    const results = new MapIterator({ call, inputs, concurrency: 4, ordered: true });
    const first = results.next();
    const second = errorOf(results.next());
    await quiet();
    future.setResult('result 0');
    expect(await first).toEqual(value(0));
    expect(await second).toEqual(new RangeError('the source is broken'));
    expect(await results.next()).toEqual(end);
  });

  test('of an asynchronous source too', async () => {
    const inputs = (async function* () {
      await Promise.resolve();
      yield await Promise.reject(new RangeError('the source is broken'));
    })();
    const call = () => new ConcurrentFuture<unknown>();
    const results = new MapIterator({ call, inputs, concurrency: 4, ordered: true });
    expect(await errorOf(results.next())).toEqual(new RangeError('the source is broken'));
    expect(await results.next()).toEqual(end);
  });

  test('of a call that cannot be made closes the source', async () => {
    const closing = vi.fn(() => ({ done: true, value: undefined }) as const);
    const refusing = new MapIterator({
      call: () => {
        throw new RangeError('closed');
      },
      inputs: { [Symbol.iterator]: () => ({ next: () => ({ value: 1 }), return: closing }) },
      concurrency: 2,
      ordered: true,
    });
    expect(await errorOf(refusing.next())).toEqual(new RangeError('closed'));
    expect(closing).toHaveBeenCalledTimes(1);
  });

  test('of a call is not hidden by one in closing the source', async () => {
    const future = new ConcurrentFuture<unknown>();
    const results = new MapIterator({
      call: () => future,
      inputs: {
        [Symbol.iterator]: () => ({
          next: () => ({ value: 1 }),
          return: () => {
            throw new Error('could not close');
          },
        }),
      },
      concurrency: 1,
      ordered: true,
    });
    const first = errorOf(results.next());
    await quiet();
    future.setException(new RangeError('the first error'));
    expect(await first).toEqual(new RangeError('the first error'));
  });
});

describe('ending early', () => {
  test('cancels what is under way and closes the source', async () => {
    const { results, calls, source, answer } = makeMapping({ concurrency: 3 });
    const loop = (async () => {
      for await (const result of results) return result;
      return 'never';
    })();
    await quiet();
    answer(0);
    expect(await loop).toBe('result 0');
    expect(source.closedCount).toBe(1);
    for (const { input, future } of calls) expect(future.cancelled()).toBe(input !== 0);
    expect(await results.next()).toEqual(end);
  });

  test('before the first result reads nothing', async () => {
    const { results, calls, source } = makeMapping();
    expect(await results.return?.()).toEqual(end);
    expect([calls.length, source.readCount]).toEqual([0, 0]);
    expect(await results.next()).toEqual(end);
  });

  test('lets somebody who still waits for a result go', async () => {
    const { results, calls } = makeMapping({ concurrency: 1 });
    const waiting = results.next();
    await quiet();
    expect(calls).toHaveLength(1);
    expect(await results.return()).toEqual(end);
    expect(await waiting).toEqual(end);
  });
});
