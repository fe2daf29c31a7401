// Items of an Observable as calls on another thread: how many at a time, in which order.

import {
  catchError,
  concat,
  firstValueFrom,
  from,
  map,
  NEVER,
  type Observable,
  of,
  range,
  Subject,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { InvalidArgumentError, LoopDiedError, remoteModule } from 'threadloop';
import { runOn } from 'threadloop/rxjs';
import { describe, expect, test } from 'vitest';
import { newFlag, raised } from '../../threads/fixtures/flag.js';
import { eventually, shareLoops } from '../../threads/loops.js';

const work = remoteModule<typeof import('../fixtures/work.js')>(
  new URL('../fixtures/work.ts', import.meta.url),
);
const threads = shareLoops({ loops: 2 });
const loop = () => threads.coordinator.loop('loop-1');
const readMost = () => loop().runCoroutineThreadsafe(work.readMostRunning);

/** All items; the error is the last. */
async function collect(observable: Observable<unknown>): Promise<unknown[]> {
  return firstValueFrom(
    observable.pipe(
      catchError((error: unknown) => of(String(error))),
      toArray(),
    ),
  );
}

describe('runOn()', () => {
  test('gives results in the order of the items, with so many calls at a time', async () => {
    const results = range(0, 9).pipe(runOn(loop(), work.slowest, { concurrency: 3 }));
    expect(await collect(results)).toEqual(Array.from({ length: 9 }, (_, n) => `result ${n}`));
    expect(await readMost()).toBe(3);
  });

  test('gives them as they come, if that is wanted', async () => {
    const options = { concurrency: Infinity, ordered: false };
    const results = await collect(range(0, 4).pipe(runOn(loop(), work.slowest, options)));
    expect(results[0]).toBe('result 3');
    expect(new Set(results)).toEqual(new Set(['result 0', 'result 1', 'result 2', 'result 3']));
    expect(await readMost()).toBe(4);
  });

  test('uses the loops of a coordinator', async () => {
    const results = range(0, 4).pipe(runOn(threads.coordinator, work.slowest));
    expect(await collect(results)).toHaveLength(4);
    await readMost();
  });

  test('ends with the first error in its place, and cancels the calls behind it', async () => {
    const flags = [newFlag(), newFlag()];
    const items = from([null, ...flags]).pipe(runOn(loop(), work.failOrWait));
    expect(await collect(items)).toEqual(['RangeError: nothing to wait for']);
    await eventually(() => loop().stats().pendingCount === 0);
    expect(await loop().runCoroutineThreadsafe(work.readNotes)).toEqual([
      'it cleaned up',
      'it cleaned up',
    ]);

    const late = from([0, 99, 3]).pipe(runOn(loop(), work.slowest));
    expect(await collect(late)).toEqual(['result 0', 'RangeError: no more']);
    await readMost();
  });

  test('passes the error of the source on, and cancels what is under way', async () => {
    const started = newFlag();
    const failing = concat(
      of(started),
      from(raised(started)).pipe(
        map((): Int32Array => {
          throw new RangeError('dry');
        }),
      ),
    );
    expect(await collect(failing.pipe(runOn(loop(), work.waitLong)))).toEqual(['RangeError: dry']);
    await eventually(() => loop().stats().pendingCount === 0);
    await loop().runCoroutineThreadsafe(work.readNotes);
    const none = throwError(() => new RangeError('at once')).pipe(runOn(loop(), work.note));
    expect(await collect(none)).toEqual(['RangeError: at once']);
  });

  test('cancels the calls and drops the waiting items when it is unsubscribed', async () => {
    const started = newFlag();
    const items = concat(of(started, newFlag()), NEVER);
    const subscription = items.pipe(runOn(loop(), work.waitLong, { concurrency: 1 })).subscribe();
    await raised(started);
    subscription.unsubscribe();
    await eventually(() => loop().stats().pendingCount === 0);
    expect(await loop().runCoroutineThreadsafe(work.readNotes)).toEqual(['it cleaned up']);
  });

  test('fails when the thread dies', async () => {
    const items = of(newFlag(), newFlag()).pipe(runOn(loop(), work.dieLater));
    const error = await firstValueFrom(items.pipe(catchError((reason: unknown) => of(reason))));
    expect(error).toBeInstanceOf(LoopDiedError);
  });

  test('takes an item that comes while a result is told', async () => {
    const numbers = new Subject<number>();
    const results = collect(
      numbers.pipe(
        runOn(loop(), work.slowest, { concurrency: 1 }),
        tap((text) => {
          if (text === 'result 5') numbers.next(6);
          else numbers.complete();
        }),
      ),
    );
    numbers.next(5);
    expect(await results).toEqual(['result 5', 'result 6']);
    await readMost();
  });

  test('names what it does not take', () => {
    expect(() => runOn(loop(), work.note, { concurrency: 0 })).toThrow(
      "option 'concurrency' has to be a number, 1 or more, got 0",
    );
    expect(() => runOn(loop(), (() => 1) as never)).toThrow(InvalidArgumentError);
  });
});
