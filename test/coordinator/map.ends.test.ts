// How a mapping ends before its time: by an error, or because nobody wants more of it.

import { ConcurrentFuture } from 'threadloop';
import { describe, expect, test, vi } from 'vitest';
import { MapIterator } from '#src/coordinator/map.js';
import { end, makeMapping, value } from './mapping.js';
import { errorOf, quiet } from './scripted-threads.js';

describe('an error', () => {
  test('of a call ends it in its place: others are cancelled, the source closed', async () => {
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
