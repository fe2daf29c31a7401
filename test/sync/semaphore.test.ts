// Semaphore: a number of permits, first come, first served, none lost and none made up.

import { Hold, InvalidArgumentError, Semaphore } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { coroutines, kinds, on, pause, type Script, settle, stage, tick } from './both-kinds.js';

describe.for(kinds)('a semaphore $title', (kind) => {
  test('A-101 serves its tasks in turn', () =>
    stage(kind, function* ({ start }) {
      const semaphore = new Semaphore(1);
      const order: string[] = [];
      const twice = (name: string) =>
        function* (): Script<void> {
          for (const round of [1, 2]) {
            yield* on(semaphore.acquire());
            order.push(`${name}_${round}`);
            yield* on(pause());
            semaphore.release();
          }
        };
      for (const name of ['a', 'b', 'c']) void start(twice(name));
      yield* pause(50);
      expect(order).toEqual(['a_1', 'b_1', 'c_1', 'a_2', 'b_2', 'c_2']);
      expect(semaphore.stats()).toEqual({ value: 1, waiterCount: 0 });
    }));

  test('A-102 gives a permit to the first that is not cancelled', () =>
    stage(kind, function* ({ start }) {
      const semaphore = new Semaphore(0);
      const tasks = [1, 2, 3, 4].map(() => start(() => on(semaphore.acquire())));
      yield* settle();
      tasks[0]?.cancel();
      tasks[1]?.cancel();
      semaphore.release();
      yield* settle();
      expect(tasks.map((task) => task.cancelled())).toEqual([true, true, false, false]);
      expect(tasks.map((task) => task.done())).toEqual([true, true, true, false]);
      tasks[3]?.cancel();
    }));

  test('A-102 is locked after a cancel and a release at once', () =>
    stage(kind, function* ({ start }) {
      const semaphore = new Semaphore(0);
      const [first, second] = [1, 2].map(() => start(() => on(semaphore.acquire())));
      yield* settle();
      first?.cancel();
      semaphore.release();
      yield* settle();
      expect(first?.cancelled()).toBe(true);
      expect(second?.result()).toBeInstanceOf(Hold);
      expect(semaphore.locked()).toBe(true);
    }));

  test('keeps the permit of a task that is cancelled on the way to it', () =>
    stage(kind, function* ({ start }) {
      const semaphore = new Semaphore(0);
      const first = start(function* () {
        using _held = yield* on(semaphore.acquire());
        yield* on(pause(1_000));
      });
      yield* settle();
      semaphore.release();
      first.cancel();
      yield* settle();
      expect(first.cancelled()).toBe(true);
      expect(semaphore.stats()).toEqual({ value: 1, waiterCount: 0 });
    }));

  test('lets as many in as there are permits', () =>
    stage(kind, function* ({ start }) {
      const semaphore = new Semaphore(2);
      let [insideCount, maxInsideCount] = [0, 0];
      const body = function* (): Script<void> {
        insideCount += 1;
        maxInsideCount = Math.max(maxInsideCount, insideCount);
        yield* on(pause(5));
        insideCount -= 1;
      };
      const tasks = [1, 2, 3, 4, 5].map(() => start(() => on(semaphore.run(kind.play(body)))));
      for (const task of tasks) yield* task;
      expect(maxInsideCount).toBe(2);
      expect(semaphore.stats().value).toBe(2);
    }));

  test('takes its permit back from a block that fails', () =>
    stage(kind, function* ({ start }) {
      const semaphore = new Semaphore();
      const body = function* (): Script<never> {
        yield* on(pause());
        throw new RangeError('too far');
      };
      const task = start(() => on(semaphore.run(kind.play(body))));
      yield* settle();
      expect(() => task.result()).toThrow(RangeError);
      expect(semaphore.locked()).toBe(false);
    }));
});

describe('a semaphore', () => {
  test('A-094 may be released more often than it was acquired', () => {
    const semaphore = new Semaphore(1);
    semaphore.release();
    expect(semaphore.stats().value).toBe(2);
  });

  test.for([-1, -Infinity])('A-094 cannot begin with %s permits', (value) => {
    expect(() => new Semaphore(value)).toThrow(InvalidArgumentError);
    expect(() => new Semaphore(value)).toThrow(/^Semaphore initial value must be >= 0$/);
  });

  test.for([1.5, Number.NaN, '2', null])('cannot begin with %s permits', (value) => {
    expect(() => new Semaphore(value as number)).toThrow(InvalidArgumentError);
    expect(() => new Semaphore(value as number)).toThrow(/a whole number or Infinity, got/);
  });

  test('may have no end of permits', () => {
    const semaphore = new Semaphore(Infinity);
    expect(semaphore.acquire()[Symbol.iterator]().next().done).toBe(true);
    expect(semaphore.locked()).toBe(false);
  });

  test('lets no newcomer in front of a task that is on its way', () =>
    stage(coroutines, function* ({ start }) {
      const semaphore = new Semaphore(1);
      const order: string[] = [];
      const acquire = (name: string) =>
        function* (): Script<void> {
          yield* on(semaphore.acquire());
          order.push(name);
        };
      yield* semaphore.acquire();
      void start(acquire('first'));
      yield* tick();
      // One permit is for the task that waits, one is free; still the newcomer stands behind.
      semaphore.release();
      semaphore.release();
      expect(semaphore.locked()).toBe(true);
      yield* semaphore.acquire();
      order.push('newcomer');
      expect(order).toEqual(['first', 'newcomer']);
      expect(semaphore.stats()).toEqual({ value: 0, waiterCount: 0 });
    }));

  test('serves a newcomer that stood behind a task which was cancelled', () =>
    stage(coroutines, function* ({ start }) {
      const semaphore = new Semaphore(0);
      const first = start(() => on(semaphore.acquire()));
      yield* tick();
      semaphore.release();
      semaphore.release();
      const newcomer = semaphore.acquire()[Symbol.iterator]();
      expect(newcomer.next().done).toBe(false);
      const second = start(() => on(semaphore.acquire()));
      first.cancel();
      newcomer.return(undefined as never);
      yield* settle();
      expect(second.done()).toBe(true);
      expect(semaphore.stats()).toEqual({ value: 1, waiterCount: 0 });
    }));

  test('wakes as many as there were releases in one tick', () =>
    stage(coroutines, function* ({ start }) {
      const semaphore = new Semaphore(0);
      const tasks = [1, 2, 3].map(() => start(() => on(semaphore.acquire())));
      yield* tick();
      semaphore.release();
      semaphore.release();
      yield* tick();
      expect(tasks.map((task) => task.done())).toEqual([true, true, false]);
      tasks[2]?.cancel();
    }));

  test('prints its state', () =>
    stage(coroutines, function* ({ start }) {
      const semaphore = new Semaphore(2);
      expect(String(semaphore)).toBe('<Semaphore [unlocked, value:2]>');
      yield* semaphore.acquire();
      yield* semaphore.acquire();
      expect(String(semaphore)).toBe('<Semaphore [locked]>');
      const task = start(() => on(semaphore.acquire()));
      yield* tick();
      expect(String(semaphore)).toBe('<Semaphore [locked, waiters:1]>');
      expect(Object.isFrozen(semaphore.stats())).toBe(true);
      task.cancel();
    }));
});
