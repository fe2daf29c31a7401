import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import {
  CancelledError,
  type Coroutine,
  Future,
  getEventLoop,
  InvalidStateError,
  isCancelled,
  isFuture,
  setEventLoop,
  sleep,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { hostLoop, recordReports, runOneTick, virtualLoop } from './fixtures.js';

describe('a future', () => {
  test('belongs to the loop that it is given, else to the current one', async () => {
    const loop = hostLoop();
    expect(new Future({ loop }).getLoop()).toBe(loop);
    expect(loop.createFuture().getLoop()).toBe(loop);
    setEventLoop(loop);
    expect(new Future().getLoop()).toBe(loop);
    setEventLoop(null);
    expect(new Future().getLoop()).toBe(getEventLoop());
    await loop.runUntilComplete(() => expect(new Future().getLoop()).toBe(loop));
    setEventLoop(null);
  });

  test('is pending until it has a result', () => {
    const future = hostLoop().createFuture<number>();
    expect([future.done(), future.cancelled()]).toEqual([false, false]);
    expect(() => future.result()).toThrow(new InvalidStateError('Result is not ready.'));
    expect(() => future.exception()).toThrow(new InvalidStateError('Exception is not set.'));
    future.setResult(42);
    expect([future.done(), future.cancelled()]).toEqual([true, false]);
    expect(future.result()).toBe(42);
    expect(future.exception()).toBeNull();
  });

  test('throws the error that it was failed with, whatever that is', () => {
    const failure = new RangeError('out of reach');
    for (const reason of [failure, 'a text', null, undefined]) {
      const future = hostLoop().createFuture();
      future.setException(reason);
      let thrown: unknown = 'nothing';
      try {
        future.result();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBe(reason);
      expect(future.exception()).toBe(reason);
      expect([future.done(), future.cancelled()]).toEqual([true, false]);
    }
  });

  test('makes an error of a class of errors', () => {
    const future = hostLoop().createFuture();
    future.setException(TypeError);
    expect(future.exception()).toBeInstanceOf(TypeError);
  });

  test('can be cancelled while it is pending, with a message', () => {
    const future = hostLoop().createFuture();
    expect(future.cancel('enough')).toBe(true);
    expect([future.done(), future.cancelled()]).toEqual([true, true]);
    expect(() => future.result()).toThrow(new CancelledError('enough'));
    expect(() => future.exception()).toThrow(new CancelledError('enough'));
    expect(future.cancel()).toBe(false);
  });

  test('has an empty message where none was given to cancel()', () => {
    const future = hostLoop().createFuture();
    future.cancel();
    expect(() => future.result()).toThrow(new CancelledError(''));
  });

  test.for([
    [
      'a result',
      (future: Future<number>): void => future.setResult(4),
      'FINISHED: <Future finished result=4>',
    ],
    [
      'an error',
      (future: Future<number>): void => {
        future.setException(new Error('odd'));
        future.exception();
      },
      "FINISHED: <Future finished exception=Error('odd')>",
    ],
    [
      'been cancelled',
      (future: Future<number>): void => void future.cancel(),
      'CANCELLED: <Future cancelled>',
    ],
  ] as const)('that has %s takes no other', ([, settle, text]) => {
    const future = hostLoop().createFuture<number>();
    settle(future);
    expect(() => future.setResult(1)).toThrow(new InvalidStateError(text));
    expect(() => future.setException(new Error('late'))).toThrow(new InvalidStateError(text));
    expect(future.cancel()).toBe(false);
    expect(String(future)).toBe(text.slice(text.indexOf('<')));
  });

  test('prints its state', () => {
    const loop = hostLoop();
    const print = (settle: (future: Future<unknown>) => void): string => {
      const future: Future<unknown> = loop.createFuture();
      settle(future);
      if (future.done() && !future.cancelled()) future.exception();
      return inspect(future);
    };
    expect(print(() => {})).toBe('<Future pending>');
    expect(print((future) => future.cancel())).toBe('<Future cancelled>');
    expect(print((future) => future.setResult('four'))).toBe("<Future finished result='four'>");
    expect(print((future) => future.setResult({ deep: { down: 1 } }))).toBe(
      '<Future finished result={ deep: [Object] }>',
    );
    expect(print((future) => future.setException(new RangeError()))).toBe(
      '<Future finished exception=RangeError()>',
    );
    expect(print((future) => future.setException('text'))).toBe(
      "<Future finished exception='text'>",
    );
  });

  test('is told from a promise', () => {
    const loop = hostLoop();
    expect(isFuture(loop.createFuture())).toBe(true);
    expect(isFuture(loop.createTask(() => 1))).toBe(true);
    for (const other of [Promise.resolve(), null, undefined, {}, 'future', () => {}]) {
      expect(isFuture(other)).toBe(false);
    }
  });
});

describe('a done callback', () => {
  test('runs in a later tick, in the order in which it was added, with the future', async () => {
    const loop = hostLoop();
    const future = loop.createFuture<string>();
    const log: unknown[] = [];
    future.addDoneCallback((done) => log.push(['first', done === future, done.result()]));
    future.addDoneCallback(() => log.push('second'));
    loop.callSoon(() => log.push('scheduled before'));
    future.setResult('foo');
    loop.callSoon(() => log.push('scheduled after'));
    expect(log).toEqual([]);
    await runOneTick(loop);
    expect(log).toEqual(['scheduled before', ['first', true, 'foo'], 'second', 'scheduled after']);
  });

  test('is scheduled at once where the future is done, and never called at once', async () => {
    const loop = hostLoop();
    const future = loop.createFuture();
    future.cancel();
    const log: string[] = [];
    future.addDoneCallback(() => log.push('called'));
    expect(log).toEqual([]);
    await runOneTick(loop);
    expect(log).toEqual(['called']);
  });

  test('can be taken back, with all its registrations', async () => {
    const loop = hostLoop();
    const future = loop.createFuture<string>();
    const log: number[] = [];
    const [one, two, three] = [1, 2, 3].map((number) => () => log.push(number)) as [
      () => number,
      () => number,
      () => number,
    ];
    for (const callback of [one, two, three]) future.addDoneCallback(callback);
    expect(future.removeDoneCallback(one)).toBe(1);
    expect(future.removeDoneCallback(one)).toBe(0);
    for (let count = 0; count < 6; count += 1) future.addDoneCallback(one);
    expect(future.removeDoneCallback(one)).toBe(6);
    future.addDoneCallback(two);
    future.setResult('foo');
    expect(future.removeDoneCallback(two)).toBe(0);
    await runOneTick(loop);
    expect(log).toEqual([2, 3, 2]);
  });

  test('may add and take back others', async () => {
    const loop = hostLoop();
    const future = loop.createFuture();
    const log: string[] = [];
    const removed = (): unknown => log.push('removed');
    future.addDoneCallback(() => {
      log.push('first');
      // All are scheduled by now: it is too late for this one.
      expect(future.removeDoneCallback(removed)).toBe(0);
      future.addDoneCallback(() => log.push('added'));
    });
    future.addDoneCallback(removed);
    future.setResult(null);
    await runOneTick(loop);
    expect(log).toEqual(['first', 'removed']);
    await runOneTick(loop);
    expect(log).toEqual(['first', 'removed', 'added']);
  });

  test('that throws is reported, and the others run', async () => {
    const loop = hostLoop();
    const reports = recordReports(loop);
    const future = loop.createFuture();
    const failure = new Error('a stone');
    let wentOn = false;
    future.addDoneCallback(function stumble() {
      throw failure;
    });
    future.addDoneCallback(() => (wentOn = true));
    future.setResult(null);
    await runOneTick(loop);
    expect(wentOn).toBe(true);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ exception: failure });
    expect(reports[0]?.message).toMatch(/^Exception in callback .*stumble\(\)/);
  });

  test('runs in the async context of whoever added it', async () => {
    const loop = hostLoop();
    const storage = new AsyncLocalStorage<string>();
    const future = loop.createFuture();
    const seen: unknown[] = [];
    storage.run('adder', () => future.addDoneCallback(() => seen.push(storage.getStore())));
    storage.run('setter', () => future.setResult(null));
    storage.run('late', () => future.addDoneCallback(() => seen.push(storage.getStore())));
    await runOneTick(loop);
    expect(seen).toEqual(['adder', 'late']);
  });
});

describe('waiting for a future with yield*', () => {
  test('gives its result, without a pause where it is done', async () => {
    const loop = virtualLoop();
    const [later, done] = [loop.createFuture<number>(), loop.createFuture<number>()];
    done.setResult(2);
    let ticks = 0;
    const count = (): void => {
      ticks += 1;
      loop.callSoon(count);
    };
    loop.callSoon(count);
    const main = function* (): Coroutine<number[]> {
      loop.callSoon(() => later.setResult(1));
      const first = yield* later;
      const before = ticks;
      const second = yield* done;
      return [first, second, ticks - before];
    };
    expect(await loop.runUntilComplete(main())).toEqual([1, 2, 0]);
  });

  test('throws its error there, the very same for all who wait', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture();
    const failure = new RangeError('out of reach');
    const main = function* (): Coroutine<unknown> {
      try {
        return yield* future;
      } catch (error) {
        return error;
      }
    };
    const tasks = [loop.createTask(main()), loop.createTask(main())];
    loop.callSoon(() => future.setException(failure));
    for (const task of tasks) expect(await loop.runUntilComplete(task)).toBe(failure);
  });

  test('throws its cancellation there, and the task that lets it pass is cancelled', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture();
    const main = function* (): Coroutine<unknown> {
      yield* sleep(1);
      return yield* future;
    };
    const task = loop.createTask(main());
    loop.callLater(2, () => future.cancel('enough'));
    await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('enough'));
    expect(task.cancelled()).toBe(true);
  });

  test('by hand is refused when the future is not done', () => {
    const iterator = hostLoop().createFuture()[Symbol.iterator]();
    iterator.next();
    expect(() => iterator.next()).toThrow(new InvalidStateError("yield* wasn't used with future"));
  });
});

test('a cancellation is told by its code, also by isCancelled()', () => {
  expect(isCancelled(new CancelledError())).toBe(true);
  expect(isCancelled(Object.assign(new Error(), { code: 'ERR_CANCELLED' }))).toBe(true);
  for (const other of [new Error('cancelled'), { code: 'ERR_CANCELLED' }, null, undefined]) {
    expect(isCancelled(other)).toBe(false);
  }
});
