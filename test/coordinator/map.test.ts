// One function over many inputs, with calls that the test settles by hand.

import { ConcurrentFuture } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { MapIterator } from '#src/coordinator/map.js';
import { end, makeMapping, value } from './mapping.js';
import { quiet } from './scripted-threads.js';

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
