import {
  asCompleted,
  type Coroutine,
  gather,
  InvalidArgumentError,
  isCancelled,
  NoRunningLoopError,
  shield,
  sleep,
  type Task,
  wait,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';
import { kindsOfWork } from '../loop/kinds-of-work.js';

describe('sleep()', () => {
  test.for(kindsOfWork)('lets time pass in %s', async ([, make]) => {
    const loop = virtualLoop();
    const work = make(function* (): Coroutine<number[]> {
      const times = [loop.time()];
      yield* sleep(10);
      times.push(loop.time());
      yield* sleep(2.5);
      times.push(loop.time());
      return times;
    });
    expect(await loop.runUntilComplete(work)).toEqual([0, 10, 12.5]);
  });

  test('gives a value, or undefined', async () => {
    const loop = virtualLoop();
    const work = function* (): Coroutine<unknown[]> {
      return [
        yield* sleep(1, 'value'),
        yield* sleep(0, 10),
        yield* sleep(-1, 'neg'),
        yield* sleep(1),
      ];
    };
    expect(await loop.runUntilComplete(work())).toEqual(['value', 10, 'neg', undefined]);
    expect(await loop.runUntilComplete(async () => await sleep(0, 'async'))).toBe('async');
  });

  test.for([[0], [-1], [-Infinity]] as const)('of %d lasts one tick exactly', async ([delayMs]) => {
    const loop = virtualLoop();
    let ticks = 0;
    const count = (): void => {
      ticks += 1;
      loop.callSoon(count);
    };
    loop.callSoon(count);
    const work = function* (): Coroutine<number[]> {
      const seen = [ticks];
      yield* sleep(delayMs);
      seen.push(ticks);
      yield* sleep(delayMs);
      seen.push(ticks);
      return seen;
    };
    expect(await loop.runUntilComplete(work())).toEqual([1, 2, 3]);
    expect(loop.time()).toBe(0);
  });

  test('of 0 lets what is scheduled come first', async () => {
    const loop = virtualLoop();
    let result = 0;
    const inCoroutine = function* (): Coroutine<number[]> {
      loop.callSoon(() => (result += 1));
      return [result, yield* sleep(0, 10), result];
    };
    const inAsyncFunction = async (): Promise<number[]> => {
      loop.callSoon(() => (result += 1));
      return [result, await sleep(0, 10), result];
    };
    expect(await loop.runUntilComplete(inCoroutine())).toEqual([0, 10, 1]);
    expect(await loop.runUntilComplete(inAsyncFunction)).toEqual([1, 10, 2]);
  });

  test('counts from its call, not from its await', async () => {
    const loop = virtualLoop();
    const work = function* (): Coroutine<number> {
      const nap = sleep(10);
      yield* sleep(7);
      yield* nap;
      return loop.time();
    };
    expect(await loop.runUntilComplete(work())).toBe(10);
  });

  test('that is cancelled withdraws its timer', async () => {
    const loop = virtualLoop();
    const nap = await loop.runUntilComplete(() => {
      const long = sleep(1_000);
      expect(loop.pendingCount()).toBe(1);
      expect(long.cancel('enough')).toBe(true);
      expect(long.cancel()).toBe(false);
      return [long];
    });
    expect(nap[0]?.cancelled()).toBe(true);
    expect(loop.pendingCount()).toBe(0);
  });

  test('of 0 is a point at which a task can be cancelled', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const inCoroutine = function* (): Coroutine<void> {
      coroutine.cancel();
      yield* sleep(0);
      log.push('coroutine went on');
    };
    const coroutine: Task<void> = loop.createTask(inCoroutine());
    const asyncFunction: Task<void> = loop.createTask(async () => {
      asyncFunction.cancel();
      await sleep(0);
      log.push('async function went on');
    });
    for (const task of [coroutine, asyncFunction]) {
      await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    }
    expect(log).toEqual([]);
  });

  test('of 0 can be waited for by several, and by done callbacks', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const work = async (): Promise<string[]> => {
      const tick = sleep(0, 'tick');
      tick.addDoneCallback((done) => log.push(`callback ${done.result()}`));
      log.push(...(await Promise.all([tick, tick])));
      return log;
    };
    expect(await loop.runUntilComplete(work)).toEqual(['callback tick', 'tick', 'tick']);
  });

  test.for(kindsOfWork)('of 0 can be gathered, shielded and all that in %s', async ([, make]) => {
    const loop = virtualLoop();
    const work = make(function* (): Coroutine<unknown[]> {
      const { done } = yield* wait([sleep(0, 'waited')]);
      const values: unknown[] = [...done].map((future) => future.result());
      for (const next of asCompleted([sleep(0, 'completed')])) values.push(yield* next);
      values.push(yield* shield(sleep(0, 'shielded')));
      values.push(...(yield* gather([sleep(0, 'gathered'), sleep(-1, 'too')])));
      return values;
    });
    const values = ['waited', 'completed', 'shielded', 'gathered', 'too'];
    expect(await loop.runUntilComplete(work)).toEqual(values);
    expect(loop.time()).toBe(0);
  });

  test('takes what its loop takes, but no NaN', async () => {
    await virtualLoop().runUntilComplete(() => {
      expect(() => sleep(NaN)).toThrow(InvalidArgumentError);
      expect(() => sleep(NaN)).toThrow('Invalid delay: NaN (not a number)');
      expect(() => sleep('1' as unknown as number)).toThrow(/^Invalid delay: .*1/);
    });
  });

  test('needs a running loop', () => {
    expect(() => sleep(1)).toThrow(NoRunningLoopError);
    expect(() => sleep(1)).toThrow('no running event loop');
  });

  test('sorts numbers, as it does everywhere', async () => {
    const loop = virtualLoop();
    const sorted: number[] = [];
    const numbers = [30, 10, 50, 20, 40, 10];
    await loop.runUntilComplete(async () => {
      await Promise.all(numbers.map(async (ms) => sorted.push(await sleep(ms, ms))));
    });
    expect(sorted).toEqual([10, 10, 20, 30, 40, 50]);
  });
});
