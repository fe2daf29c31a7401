// Condition: waiting without the lock for what changes under it.

import { Condition, InvalidArgumentError, InvalidStateError, Lock } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { coroutines, kinds, on, pause, type Script, settle, stage, tick } from './both-kinds.js';

describe.for(kinds)('a condition $title', (kind) => {
  test('A-097 lets those who are notified go on one by one, with the lock', () =>
    stage(kind, function* ({ start }) {
      const condition = new Condition();
      const order: number[] = [];
      const waiter = (number: number) =>
        function* (): Script<true> {
          yield* on(condition.acquire());
          const result = yield* on(condition.wait());
          order.push(number);
          return result;
        };
      const tasks = [1, 2, 3].map((number) => start(waiter(number)));
      yield* settle();
      expect(order).toEqual([]);
      expect(condition.locked()).toBe(false);

      expect(Boolean(yield* condition.acquire())).toBe(true);
      condition.notify();
      yield* settle();
      expect(order).toEqual([]);
      condition.release();
      yield* settle();
      expect(order).toEqual([1]);
      expect(condition.locked()).toBe(true);

      condition.notify(2);
      yield* settle();
      expect(order).toEqual([1]);
      condition.release();
      yield* settle();
      expect(order).toEqual([1, 2]);
      condition.release();
      yield* settle();
      expect(order).toEqual([1, 2, 3]);
      expect(tasks.map((task) => task.result())).toEqual([true, true, true]);
      expect(condition.locked()).toBe(true);
    }));

  test('waits for a predicate and gives its value', () =>
    stage(kind, function* ({ start }) {
      const condition = new Condition();
      let value: string | null = null;
      let askedCount = 0;
      const task = start(() =>
        on(
          condition.run(
            kind.play(() =>
              on(
                condition.waitFor(() => {
                  expect(condition.locked()).toBe(true);
                  askedCount += 1;
                  return value;
                }),
              ),
            ),
          ),
        ),
      );
      yield* settle();
      for (const next of [null, 'there']) {
        yield* condition.run(() => {
          value = next;
          condition.notifyAll();
        });
        yield* settle();
      }
      expect(task.result()).toBe('there');
      expect(askedCount).toBe(3);
      expect(condition.locked()).toBe(false);
    }));

  test('refuses to wait or notify without the lock', () =>
    stage(kind, function* ({ start }) {
      const condition = new Condition();
      const tasks = [
        start(() => on(condition.wait())),
        start(() => on(condition.waitFor(() => false))),
      ];
      yield* settle();
      for (const task of tasks) {
        expect(() => task.result()).toThrow(InvalidStateError);
        expect(() => task.result()).toThrow(/^cannot wait on un-acquired lock$/);
      }
      for (const notify of [() => condition.notify(), () => condition.notifyAll()]) {
        expect(notify).toThrow(InvalidStateError);
        expect(notify).toThrow(/^cannot notify on un-acquired lock$/);
      }
    }));

  test('notifies all', () =>
    stage(kind, function* ({ start }) {
      const condition = new Condition();
      const tasks = [1, 2, 3].map(() =>
        start(() => on(condition.run(kind.play(() => on(condition.wait()))))),
      );
      yield* settle();
      yield* condition.run(() => condition.notifyAll());
      yield* settle();
      expect(tasks.map((task) => task.done())).toEqual([true, true, true]);
      expect(condition.locked()).toBe(false);
    }));
});

describe('a condition', () => {
  test('A-097 counts ticks as asyncio does', () =>
    stage(coroutines, function* ({ start }) {
      const condition = new Condition();
      const order: number[] = [];
      for (const number of [1, 2]) {
        void start(function* () {
          yield* on(condition.acquire());
          yield* on(condition.wait());
          order.push(number);
        });
      }
      yield* tick();
      yield* condition.acquire();
      condition.notify(2);
      yield* tick();
      condition.release();
      yield* tick();
      expect(order).toEqual([1]);
      condition.release();
      yield* tick();
      expect(order).toEqual([1, 2]);
    }));

  test('notifies none for a count of zero, and no more than wait', () =>
    stage(coroutines, function* ({ start }) {
      const condition = new Condition();
      const task = start(() => on(condition.run(coroutines.play(() => on(condition.wait())))));
      yield* tick();
      yield* condition.acquire();
      condition.notify(0);
      expect(condition.stats().waiterCount).toBe(1);
      condition.notify(5);
      expect(condition.stats().waiterCount).toBe(0);
      condition.release();
      yield* settle();
      expect(task.done()).toBe(true);
    }));

  test.for([-1, Number.NaN])('refuses to notify %s tasks', (count) =>
    stage(coroutines, function* () {
      const condition = new Condition();
      yield* condition.acquire();
      expect(() => condition.notify(count)).toThrow(InvalidArgumentError);
    }),
  );

  test('shares a lock that is given', () =>
    stage(coroutines, function* () {
      const lock = new Lock();
      const [one, other] = [new Condition(lock), new Condition(lock)];
      yield* one.acquire();
      expect([lock.locked(), other.locked()]).toEqual([true, true]);
      other.release();
      expect(lock.locked()).toBe(false);
    }));

  test('refuses a lock that is none', () => {
    expect(() => new Condition({} as Lock)).toThrow(InvalidArgumentError);
    expect(() => new Condition({} as Lock)).toThrow('a Lock was expected, got {}');
  });

  test('passes on what its predicate throws, with the lock held', () =>
    stage(coroutines, function* () {
      const condition = new Condition();
      yield* condition.acquire();
      const fail = (): boolean => {
        throw new RangeError('too far');
      };
      let seen: unknown = null;
      try {
        yield* condition.waitFor(fail);
      } catch (error) {
        seen = error;
      }
      expect(seen).toBeInstanceOf(RangeError);
      expect(condition.locked()).toBe(true);
    }));

  test('refuses a predicate that is asynchronous: it would always be true', () =>
    stage(coroutines, function* ({ start }) {
      const condition = new Condition();
      const predicates: Array<() => unknown> = [
        async () => false,
        () => pause(0),
        () => on(pause()),
      ];
      for (const predicate of predicates) {
        const task = start(function* () {
          using _held = yield* on(condition.acquire());
          yield* on(condition.waitFor(predicate));
        });
        yield* settle();
        expect(() => task.result()).toThrow(InvalidArgumentError);
        expect(() => task.result()).toThrow('a plain predicate was expected, it gave');
      }
    }));

  test('prints its state', () =>
    stage(coroutines, function* ({ start }) {
      const condition = new Condition();
      expect(String(condition)).toBe('<Condition [unlocked]>');
      const task = start(() => on(condition.run(coroutines.play(() => on(condition.wait())))));
      yield* tick();
      expect(String(condition)).toBe('<Condition [unlocked, waiters:1]>');
      yield* condition.acquire();
      expect(String(condition)).toBe('<Condition [locked, waiters:1]>');
      expect(Object.isFrozen(condition.stats())).toBe(true);
      condition.release();
      task.cancel();
      yield* settle();
    }));
});
