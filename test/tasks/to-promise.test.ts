// Anything that can be awaited, as a native promise with a signal.

import { setImmediate as turnOfNode } from 'node:timers/promises';
import { ConcurrentFuture, type Coroutine, Lock, sleep, toPromise } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

describe('toPromise()', () => {
  test('gives a native promise of every kind of awaitable', async () => {
    const loop = virtualLoop();
    const wait = function* (): Coroutine<string> {
      yield* sleep(60_000);
      return 'coroutine';
    };
    await loop.runUntilComplete(async () => {
      const future = loop.createFuture<string>();
      loop.callSoon(() => future.setResult('future'));
      const call = new ConcurrentFuture<string>();
      loop.callSoon(() => call.setResult('call'));
      const promises = [
        toPromise(wait()),
        toPromise(future),
        toPromise(call),
        toPromise(Promise.resolve('promise')),
        toPromise(new Lock().run(() => 'operation')),
      ];
      for (const each of promises) expect(Object.getPrototypeOf(each)).toBe(Promise.prototype);
      expect(await Promise.all(promises)).toEqual([
        'coroutine',
        'future',
        'call',
        'promise',
        'operation',
      ]);
    });
  });

  test('settles although the loop of the future stands still', async () => {
    const future = virtualLoop().createFuture<number>();
    const promise = toPromise(future);
    future.setResult(4);
    expect(await promise).toBe(4);
  });

  test('cancels the work when the signal fires, waits for it, fails with the reason', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const work = function* (): Coroutine<void> {
      try {
        yield* sleep(60_000);
      } finally {
        yield* sleep(100);
        log.push('cleaned up');
      }
    };
    const controller = new AbortController();
    const reason = new RangeError('too long');
    await loop.runUntilComplete(async () => {
      const promise = toPromise(work(), { signal: controller.signal });
      loop.callLater(10, () => controller.abort(reason));
      await promise.catch((error: unknown) => {
        log.push(String(error));
        expect(error).toBe(reason);
      });
    });
    expect(log).toEqual(['cleaned up', 'RangeError: too long']);
  });

  test('cancels what was to begin when the signal has fired already', async () => {
    const loop = virtualLoop();
    let hasBegun = false;
    const work = function* (): Coroutine<void> {
      hasBegun = true;
      yield* sleep(1);
    };
    const signal = AbortSignal.abort('never');
    const promise = toPromise(work(), { signal, loop });
    await loop.runUntilComplete(() => expect(promise).rejects.toBe('never'));
    expect(hasBegun).toBe(false);
  });

  test('leaves the signal alone once it is over, and lets work refuse', async () => {
    const loop = virtualLoop();
    const controller = new AbortController();
    const stubborn = function* (): Coroutine<string> {
      try {
        yield* sleep(60_000);
      } catch {
        return 'all the same';
      }
      return 'slept';
    };
    await loop.runUntilComplete(async () => {
      const { signal } = controller;
      const late = loop.createFuture<string>();
      const settled = toPromise(late, { signal });
      late.setResult('before');
      expect(await settled).toBe('before');
      const refusing = toPromise(stubborn(), { signal });
      loop.callLater(10, () => controller.abort());
      expect(await refusing).toBe('all the same');
      expect(late.cancelled()).toBe(false);
    });
  });

  test('is no wait of the calling task', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<string>();
    const task = loop.createTask(async () => toPromise(future));
    loop.callLater(5, () => {
      task.cancel();
      loop.callLater(5, () => future.setResult('untouched'));
    });
    await loop.runUntilComplete(future);
    await loop.runUntilComplete(task).catch(() => {});
    await turnOfNode();
    expect(future.result()).toBe('untouched');
  });

  test('says what it expects', () => {
    const loop = virtualLoop();
    expect(() => toPromise(7 as never, { loop })).toThrow('awaitable is required, got 7');
    const signal = 'no' as never;
    expect(() => toPromise(Promise.resolve(), { loop, signal })).toThrow(
      "option 'signal' has to be an AbortSignal, got 'no'",
    );
  });
});
