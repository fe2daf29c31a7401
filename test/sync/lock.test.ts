// Lock: mutual exclusion, first come, first served, whoever is cancelled.

import { inspect } from 'node:util';
import {
  DifferentLoopError,
  Hold,
  InvalidArgumentError,
  InvalidStateError,
  isCancelled,
  Lock,
  NoRunningLoopError,
  sleep,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { closedAfterwards, virtualLoop } from '../loop/fixtures.js';
import {
  coroutines,
  kinds,
  on,
  type Script,
  pause,
  settle,
  stage,
  stageOn,
  tick,
} from './both-kinds.js';

describe.for(kinds)('a lock $title', (kind) => {
  test('A-091 serves those who wait before its holder comes again', () =>
    stage(kind, function* ({ start }) {
      const lock = new Lock();
      const order: unknown[] = [];
      const waiter = (name: unknown) =>
        function* (): Script<void> {
          yield* on(lock.acquire());
          order.push(name);
          lock.release();
        };
      const holder = start(function* () {
        yield* on(lock.acquire());
        yield* on(pause(100));
        lock.release();
        expect(lock.locked()).toBe(false);
        yield* waiter('barge')();
      });
      yield* settle();
      for (const name of [0, 1, 2]) void start(waiter(name));
      yield* settle();
      expect(lock.stats().waiterCount).toBe(3);
      yield* sleep(100);
      yield* settle();
      expect(holder.done()).toBe(true);
      expect(order).toEqual([0, 1, 2, 'barge']);
      expect(lock.stats()).toEqual({ isLocked: false, waiterCount: 0 });
    }));

  test('is held while a block runs, however that ends', () =>
    stage(kind, function* ({ start }) {
      const lock = new Lock();
      const bodies: Array<() => Script<string>> = [
        function* () {
          expect(lock.locked()).toBe(true);
          return 'value';
        },
        function* () {
          yield* on(pause());
          throw new RangeError('too far');
        },
      ];
      const [first, second] = bodies.map((body) => start(() => on(lock.run(kind.play(body)))));
      yield* settle();
      expect(first?.result()).toBe('value');
      expect(() => second?.result()).toThrow(new RangeError('too far'));
      expect(lock.locked()).toBe(false);
    }));

  test('is released when the block is cancelled', () =>
    stage(kind, function* ({ start }) {
      const lock = new Lock();
      const task = start(() => on(lock.run(kind.play(() => on(pause(1_000))))));
      yield* settle();
      expect(lock.locked()).toBe(true);
      task.cancel();
      yield* settle();
      expect(task.cancelled()).toBe(true);
      expect(lock.locked()).toBe(false);
    }));

  test('gives a hold that is truthy and releases once', () =>
    stage(kind, function* ({ start }) {
      const lock = new Lock();
      const task = start(function* () {
        const hold = yield* on(lock.acquire());
        expect(hold).toBeInstanceOf(Hold);
        expect(Boolean(hold)).toBe(true);
        hold.release();
        expect(lock.locked()).toBe(false);
        yield* on(lock.acquire());
        hold[Symbol.dispose]();
        return lock.locked();
      });
      expect(yield* task).toBe(true);
    }));

  test('is released at the end of the scope of a using', () =>
    stage(kind, function* ({ start }) {
      const lock = new Lock();
      const task = start(function* () {
        {
          using _held = yield* on(lock.acquire());
          expect(lock.locked()).toBe(true);
        }
        return lock.locked();
      });
      expect(yield* task).toBe(false);
    }));

  test('A-104 belongs to a loop from the first time that a task waits for it', async () => {
    const lock = new Lock();
    const lone = function* (): Script<void> {
      using _held = yield* on(lock.acquire());
    };
    const contend = (): Promise<void> =>
      stage(kind, function* ({ start }) {
        const holder = start(function* () {
          using _held = yield* on(lock.acquire());
          yield* on(pause(5));
        });
        yield* settle();
        const second = start(lone);
        yield* holder;
        yield* second;
      });
    for (let times = 0; times < 2; times += 1) {
      await stage(kind, function* ({ start }) {
        yield* start(lone);
      });
    }
    await contend();
    await stage(kind, function* ({ start }) {
      yield* start(lone);
    });
    const again = contend();
    await expect(again).rejects.toBeInstanceOf(DifferentLoopError);
    await expect(again).rejects.toThrow(/^<Lock \[locked\]> is bound to a different event loop$/);
  });
});

describe('a lock', () => {
  test('is not grabbed by a newcomer while a task is on the way to it', () =>
    stage(coroutines, function* ({ start }) {
      const lock = new Lock();
      const order: string[] = [];
      const acquire = (name: string) =>
        function* (): Script<void> {
          yield* on(lock.acquire());
          order.push(name);
          lock.release();
        };
      yield* lock.acquire();
      void start(acquire('first'));
      yield* tick();
      lock.release();
      expect(lock.toString()).toBe('<Lock [unlocked, waiters:1]>');
      yield* lock.acquire();
      order.push('newcomer');
      expect(order).toEqual(['first', 'newcomer']);
    }));

  test('that is free is acquired without waiting, even where no loop runs', () => {
    const lock = new Lock();
    const step = lock.acquire()[Symbol.iterator]().next();
    expect(step.done).toBe(true);
    expect(lock.locked()).toBe(true);
  });

  test('that is held cannot be waited for where no loop runs', () => {
    const lock = new Lock();
    lock.acquire()[Symbol.iterator]().next();
    expect(() => lock.acquire()[Symbol.iterator]().next()).toThrow(NoRunningLoopError);
  });

  test('A-094 is not released when it is not locked', () => {
    const release = (): void => new Lock().release();
    expect(release).toThrow(InvalidStateError);
    expect(release).toThrow(/^Lock is not acquired\.$/);
  });

  test('refuses a body that is no function', () => {
    const body = (function* () {})();
    const run = (): unknown => new Lock().run(body as never);
    expect(run).toThrow(InvalidArgumentError);
    expect(run).toThrow('run() expects a generator function or an async function');
  });

  test('gives the block itself', () =>
    stage(coroutines, function* () {
      const lock = new Lock();
      expect(yield* lock.run((given) => given)).toBe(lock);
    }));

  test('can be held by an async body in a coroutine', () =>
    stage(coroutines, function* () {
      const lock = new Lock();
      const value = yield* lock.run(async () => {
        await pause(2);
        return lock.locked();
      });
      expect(value).toBe(true);
      expect(lock.locked()).toBe(false);
    }));

  test('prints its state', () =>
    stage(coroutines, function* ({ start }) {
      class Latch extends Lock {}
      const lock = new Lock();
      expect(inspect(lock)).toBe('<Lock [unlocked]>');
      yield* lock.acquire();
      expect(String(lock)).toBe('<Lock [locked]>');
      const task = start(() => on(lock.acquire()), 'patient');
      yield* tick();
      expect(inspect(lock)).toBe('<Lock [locked, waiters:1]>');
      expect(String(task)).toContain('wait_for=<Turn pending for Lock>');
      expect(Object.isFrozen(lock.stats())).toBe(true);
      expect(String(new Latch())).toBe('<Latch [unlocked]>');
      task.cancel();
    }));

  test('tells a waiting task of another loop apart by its text', async () => {
    const [one, other] = [virtualLoop(), closedAfterwards(virtualLoop())];
    const lock = new Lock();
    await stageOn(one, coroutines, function* ({ start }) {
      yield* lock.acquire();
      const task = start(() => on(lock.acquire()));
      yield* tick();
      task.cancel();
    });
    const waiting = other.runUntilComplete(lock.acquire());
    await expect(waiting).rejects.toThrow('<Lock [locked]> is bound to a different event loop');
    await expect(waiting).rejects.not.toSatisfy(isCancelled);
  });
});
