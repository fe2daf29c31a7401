// One call, or one wait, as an Observable: cold, with its errors, and cancelled by unsubscribing.

import { catchError, firstValueFrom, of, retry, type Observable } from 'rxjs';
import { type Coroutine, LoopDiedError, remoteModule, sleep } from 'threadloop';
import { callOn, fromAwaitable } from 'threadloop/rxjs';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../../loop/fixtures.js';
import { newFlag, raised } from '../../threads/fixtures/flag.js';
import { eventually, shareLoops } from '../../threads/loops.js';
import { OverdrawnError } from '../../wire/fixtures/classes.js';

const functions = remoteModule<typeof import('../../threads/fixtures/functions.js')>(
  new URL('../../threads/fixtures/functions.ts', import.meta.url),
);
const work = remoteModule<typeof import('../fixtures/work.js')>(
  new URL('../fixtures/work.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });
const loop = () => threads.coordinator.loop('loop-1');

async function errorOf(observable: Observable<unknown>): Promise<unknown> {
  return firstValueFrom(observable.pipe(catchError((error: unknown) => of(error))));
}

describe('callOn()', () => {
  test('calls for each subscriber, on a loop or on a coordinator', async () => {
    const sum = callOn(loop(), functions.add, 2, 3);
    expect(await firstValueFrom(sum)).toBe(5);
    expect(await firstValueFrom(sum)).toBe(5);
    expect(await firstValueFrom(callOn(threads.coordinator, functions.addAsync, 1, 1))).toBe(2);
    const { coordinator } = threads;
    const urgent = coordinator.with({ priority: 'user-blocking' });
    expect(await firstValueFrom(callOn(urgent, functions.addCoroutine, 1, 1))).toBe(2);
  });

  test('fails with the error of the function, in its class', async () => {
    expect(await errorOf(callOn(loop(), work.overdraw, 5))).toBeInstanceOf(OverdrawnError);
    expect(await errorOf(callOn(loop(), 3 as never))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });

  test('fails when the thread dies, and can be tried again', async () => {
    const dying = callOn(loop(), work.dieLater, newFlag());
    expect(await errorOf(dying)).toBeInstanceOf(LoopDiedError);
    expect(await firstValueFrom(callOn(loop(), functions.echo, 1).pipe(retry(1)))).toBe(1);
  });

  test('cancels the call when it is unsubscribed', async () => {
    const started = newFlag();
    const subscription = callOn(loop(), work.waitLong, started).subscribe();
    await raised(started);
    subscription.unsubscribe();
    await eventually(() => loop().stats().pendingCount === 0);
    const notes = await loop().runCoroutineThreadsafe(work.readNotes);
    expect(notes).toEqual(['it cleaned up']);
  });
});

describe('fromAwaitable()', () => {
  test('waits for a coroutine anew for each subscriber', async () => {
    const near = virtualLoop();
    let count = 0;
    const ask = function* (): Coroutine<number> {
      yield* sleep(1_000);
      return (count += 1);
    };
    const answer = fromAwaitable(() => ask(), { loop: near });
    const main = async (): Promise<number[]> => [
      await firstValueFrom(answer),
      await firstValueFrom(answer),
    ];
    expect(await near.runUntilComplete(main)).toEqual([1, 2]);
  });

  test('cancels it when it is unsubscribed, and gives its error', async () => {
    const near = virtualLoop();
    const log: string[] = [];
    const wait = function* (): Coroutine<void> {
      try {
        yield* sleep(1_000);
      } finally {
        log.push('cancelled');
      }
    };
    await near.runUntilComplete(async () => {
      const subscription = fromAwaitable(() => wait()).subscribe();
      await sleep(1);
      subscription.unsubscribe();
      await sleep(1);
      expect(log).toEqual(['cancelled']);
      const failing = fromAwaitable(() => Promise.reject(new RangeError('no')));
      expect(await errorOf(failing)).toBeInstanceOf(RangeError);
    });
  });

  test('cancels a call on another loop itself', async () => {
    const started = newFlag();
    const make = () => loop().runCoroutineThreadsafe(work.waitLong, started);
    const subscription = fromAwaitable(make).subscribe();
    await raised(started);
    subscription.unsubscribe();
    await eventually(() => loop().stats().pendingCount === 0);
    expect(await loop().runCoroutineThreadsafe(work.readNotes)).toEqual(['it cleaned up']);
  });

  test('wants a function', async () => {
    const wrong = fromAwaitable(Promise.resolve(1) as never);
    expect(await errorOf(wrong)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
