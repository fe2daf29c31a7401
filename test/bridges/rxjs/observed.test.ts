// Observables for code that waits, here and in another thread.

import { concat, interval, NEVER, of, range, Subject, throwError } from 'rxjs';
import {
  isCancelled,
  QueueFullError,
  remoteModule,
  run,
  sleep,
  timeout,
  TimeoutError,
} from 'threadloop';
import { loopScheduler, toAsyncIterable, toFuture } from 'threadloop/rxjs';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../../loop/fixtures.js';
import { eventually, shareLoops } from '../../threads/loops.js';

const streams = remoteModule<typeof import('../../threads/fixtures/streams.js')>(
  new URL('../../threads/fixtures/streams.ts', import.meta.url),
);

describe('toAsyncIterable()', () => {
  test('gives the items, and the error behind them', () =>
    run(async () => {
      const items: number[] = [];
      const failing = concat(
        range(1, 3),
        throwError(() => new RangeError('over')),
      );
      const read = async (): Promise<void> => {
        for await (const item of toAsyncIterable(failing)) items.push(item);
      };
      await expect(read()).rejects.toThrow('over');
      expect(items).toEqual([1, 2, 3]);
    }));

  test('subscribes with the first item that is asked for, and unsubscribes when it is left', () =>
    run(async () => {
      const numbers = new Subject<number>();
      const items = toAsyncIterable(numbers);
      expect(numbers.observed).toBe(false);
      const first = items.next();
      numbers.next(1);
      expect(await first).toEqual({ done: false, value: 1 });
      await items.return();
      expect(numbers.observed).toBe(false);
    }));

  test('unsubscribes when a wait is cancelled', () =>
    run(async () => {
      const numbers = new Subject<number>();
      const waiting = timeout(50, async () => {
        for await (const _item of toAsyncIterable(numbers));
      });
      await expect(waiting).rejects.toThrow(TimeoutError);
      expect(numbers.observed).toBe(false);
    }));

  test('keeps only so many items for a reader that is slow', () =>
    run(async () => {
      const items = toAsyncIterable(concat(range(1, 9), NEVER), { maxBufferedCount: 3 });
      expect((await items.next()).value).toBe(1);
      expect((await items.next()).value).toBe(2);
      expect((await items.next()).value).toBe(3);
      await expect(items.next()).rejects.toThrow(QueueFullError);
    }));
});

describe('toAsyncIterable() as an argument', () => {
  const threads = shareLoops({ loops: 1 });

  test('is read in the other thread, which may leave it', async () => {
    const loop = threads.coordinator.loop('loop-1');
    const sum = await loop.runCoroutineThreadsafe(streams.sum, toAsyncIterable(range(1, 100)));
    expect(sum).toBe(5_050);
    const numbers = new Subject<number>();
    const first = loop.runCoroutineThreadsafe(streams.firstOf, toAsyncIterable(numbers));
    await eventually(() => numbers.observed);
    numbers.next(7);
    expect(await first).toBe(7);
    await eventually(() => !numbers.observed);
  });
});

describe('toFuture()', () => {
  test('gives the last item, in both kinds of task', async () => {
    const loop = virtualLoop();
    const ticks = interval(1_000, loopScheduler(loop));
    const main = function* () {
      expect(yield* toFuture(of(1, 2, 3))).toBe(3);
      const last = toFuture(ticks);
      yield* sleep(2_500);
      last.cancel('enough');
      try {
        yield* last;
      } catch (error) {
        expect(isCancelled(error) && error.message).toBe('enough');
      }
      expect(last.cancelled()).toBe(true);
    };
    await loop.runUntilComplete(main());
  });

  test('fails with the error, and without any item', () =>
    run(async () => {
      const broken = throwError(() => new RangeError('over'));
      await expect(toFuture(broken)).rejects.toThrow('over');
      await expect(toFuture(of())).rejects.toMatchObject({ name: 'EmptyError' });
    }));

  test('unsubscribes when its task is cancelled', () =>
    run(async () => {
      const numbers = new Subject<number>();
      const waiting = timeout(1, async () => void (await toFuture(numbers)));
      await expect(waiting).rejects.toThrow(TimeoutError);
      expect(numbers.observed).toBe(false);
    }));
});
