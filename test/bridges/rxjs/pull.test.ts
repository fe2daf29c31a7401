// Streams of another thread as Observables, with back pressure as far as RxJS lets it through.

import { catchError, firstValueFrom, of, take, timer, toArray, map, type Observable } from 'rxjs';
import {
  type ExceptionContext,
  getEventLoop,
  LoopDiedError,
  remoteModule,
  type RemoteStream,
} from 'threadloop';
import { iterateOn, pullMap } from 'threadloop/rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeTurn } from '../../loop/fixtures.js';
import { eventually, shareLoops } from '../../threads/loops.js';
import { OverdrawnError } from '../../wire/fixtures/classes.js';

const streams = remoteModule<typeof import('../../threads/fixtures/streams.js')>(
  new URL('../../threads/fixtures/streams.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });
const loop = () => threads.coordinator.loop('loop-1');
const readJournal = () => loop().runCoroutineThreadsafe(streams.readJournal);

async function collect(observable: Observable<unknown>): Promise<unknown[]> {
  return firstValueFrom(
    observable.pipe(
      catchError((error: unknown) => of(error)),
      toArray(),
    ),
  );
}

describe('iterateOn()', () => {
  test('runs the generator for each subscriber, and emits its items', async () => {
    const numbers = iterateOn(loop(), streams.numbers, 3);
    expect(await collect(numbers)).toEqual([1, 2, 3]);
    expect(await collect(numbers)).toEqual([1, 2, 3]);
    await readJournal();
  });

  test('ends the producer when it is unsubscribed', async () => {
    const some = iterateOn(loop(), streams.numbers, 1e9).pipe(take(3));
    expect(await collect(some)).toEqual([1, 2, 3]);
    let journal: string[] = [];
    while (journal.length === 0) journal = await readJournal();
    expect(journal).toEqual(['numbers: finally']);
    expect(await loop().runCoroutineThreadsafe(streams.countMade)).toBeLessThan(5_000);
  });

  test('can be unsubscribed before the producer is there', async () => {
    iterateOn(loop(), streams.numbers, 5).subscribe().unsubscribe();
    await eventually(() => loop().stats().pendingCount === 0);
    await readJournal();
  });

  test('gives the error behind the items before it, and the death of the thread', async () => {
    expect(await collect(iterateOn(loop(), streams.failsAfter, 2))).toEqual([
      1,
      2,
      expect.any(OverdrawnError),
    ]);
    const items = await collect(iterateOn(loop(), streams.dies));
    expect(items.at(-1)).toBeInstanceOf(LoopDiedError);
  });

  test('refuses what is no remote function at once', () => {
    expect(() => iterateOn(loop(), {} as never)).toThrow('iterateOn() expects a remote function');
  });
});

describe('pullMap()', () => {
  /** Counts what is at work. */
  function workOn(log: { now: number; most: number }): (item: number) => Observable<number> {
    return (item) => {
      log.now += 1;
      log.most = Math.max(log.most, log.now);
      return timer(1).pipe(
        map(() => {
          log.now -= 1;
          return item * 2;
        }),
      );
    };
  }

  test.for([1, 3])('takes the next item when fewer than %i are at work', async (concurrency) => {
    const log = { now: 0, most: 0 };
    const numbers = (): RemoteStream<number> => loop().iterate(streams.numbers, 9);
    const doubled = pullMap(numbers, workOn(log), { concurrency });
    expect(await collect(doubled)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(log).toEqual({ now: 0, most: concurrency });
    await readJournal();
  });

  test('holds a producer back that is in another thread', async () => {
    const slow = pullMap(
      () => loop().iterate(streams.numbers, 1e9),
      () => timer(1e6),
    );
    const subscription = slow.subscribe();
    let made = 0;
    while (made === 0) made = await loop().runCoroutineThreadsafe(streams.countMade);
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(await loop().runCoroutineThreadsafe(streams.countMade)).toBeLessThan(5_000);
    subscription.unsubscribe();
    let journal: string[] = [];
    while (journal.length === 0) journal = await readJournal();
    expect(journal).toEqual(['numbers: finally']);
  });

  test('ends with the error of the project, of an inner Observable, or of the source', async () => {
    const items = async function* (): AsyncGenerator<number> {
      yield 1;
      yield 2;
    };
    const fail = (n: number): never => {
      throw new RangeError(`thrown at ${n}`);
    };
    expect(await collect(pullMap(items, fail))).toEqual([new RangeError('thrown at 1')]);
    const inner = (n: number): Observable<number> => of(n).pipe(map(fail));
    expect(await collect(pullMap(items, inner))).toEqual([new RangeError('thrown at 1')]);
    const broken = async function* (): AsyncGenerator<number> {
      yield 1;
      throw new RangeError('dry');
    };
    expect(await collect(pullMap(broken, (n) => [n]))).toEqual([1, new RangeError('dry')]);
    expect(() => pullMap(items, inner, { concurrency: 0 })).toThrow("option 'concurrency'");
  });

  test('reports what a source throws that is left', async () => {
    const near = getEventLoop();
    const reports: ExceptionContext[] = [];
    near.setExceptionHandler((_loop, context) => reports.push(context));
    onTestFinished(() => near.setExceptionHandler(null));
    const untidy = async function* (): AsyncGenerator<number> {
      try {
        yield 1;
        yield 2;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what a bad clean-up does is the subject
        throw new RangeError('untidy');
      }
    };
    expect(await collect(pullMap(untidy, (n) => [n]).pipe(take(1)))).toEqual([1]);
    await nodeTurn();
    expect(reports.map(({ message }) => message)).toEqual([
      'A stream failed while it was being left',
    ]);
  });
});
