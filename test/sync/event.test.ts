// Event: a flag that tasks wait for.

import { DifferentLoopError, Event } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { coroutines, kinds, on, type Script, settle, stage, tick } from './both-kinds.js';

describe.for(kinds)('an event $title', (kind) => {
  test('A-096 wakes those who wait even if it is cleared at once', () =>
    stage(kind, function* ({ start }) {
      const event = new Event();
      const waiter = start(() => on(event.wait()));
      yield* settle();
      expect(waiter.done()).toBe(false);
      event.set();
      event.clear();
      expect(event.isSet()).toBe(false);
      yield* settle();
      expect(waiter.result()).toBe(true);
      const late = start(() => on(event.wait()));
      yield* settle();
      expect(late.done()).toBe(false);
      late.cancel();
    }));

  test('wakes all in the order in which they came', () =>
    stage(kind, function* ({ start }) {
      const event = new Event();
      const order: number[] = [];
      for (const number of [1, 2, 3]) {
        void start(function* () {
          yield* on(event.wait());
          order.push(number);
        });
      }
      yield* settle();
      event.set();
      expect(order).toEqual([]);
      yield* settle();
      expect(order).toEqual([1, 2, 3]);
      expect(event.stats()).toEqual({ isSet: true, waiterCount: 0 });
    }));

  test('that is set lets everyone pass', () =>
    stage(kind, function* ({ start }) {
      const event = new Event();
      event.set();
      event.set();
      expect(yield* start(() => on(event.wait()))).toBe(true);
      expect(event.isSet()).toBe(true);
    }));

  test('forgets a task that is cancelled', () =>
    stage(kind, function* ({ start }) {
      const event = new Event();
      const [first, second] = [start(() => on(event.wait())), start(() => on(event.wait()))];
      yield* settle();
      first.cancel('enough');
      expect(event.stats().waiterCount).toBe(1);
      event.set();
      yield* settle();
      expect(() => first.result()).toThrow('enough');
      expect(second.result()).toBe(true);
    }));

  test('belongs to the loop whose task waited first', async () => {
    const event = new Event();
    const visit = (): Promise<void> =>
      stage(kind, function* ({ start }) {
        const task = start(() => on(event.wait()));
        yield* settle();
        const error = task.done() ? task.exception() : null;
        task.cancel();
        if (error !== null) throw error as Error;
      });
    await visit();
    const again = visit();
    await expect(again).rejects.toBeInstanceOf(DifferentLoopError);
    await expect(again).rejects.toThrow('<Event [unset]> is bound to a different event loop');
  });
});

describe('an event', () => {
  test('A-096 lets its waiter go on one tick after it was set', () =>
    stage(coroutines, function* ({ start }) {
      const event = new Event();
      const waiter = start(() => on(event.wait()));
      yield* tick();
      event.set();
      event.clear();
      yield* tick();
      expect(waiter.result()).toBe(true);
    }));

  test('that is set does not make its task wait for a tick', () => {
    const event = new Event();
    event.set();
    expect(event.wait()[Symbol.iterator]().next()).toEqual({ done: true, value: true });
  });

  test('wakes a task that comes while others are on their way, once it is cleared', () =>
    stage(coroutines, function* ({ start }) {
      const event = new Event();
      const wait = (): Script<true> => on(event.wait());
      const early = start(wait);
      yield* tick();
      event.set();
      event.clear();
      const late = start(wait);
      yield* settle();
      expect([early.done(), late.done()]).toEqual([true, false]);
      event.set();
      yield* settle();
      expect(late.result()).toBe(true);
    }));

  test('prints its state', () =>
    stage(coroutines, function* ({ start }) {
      const event = new Event();
      const task = start(() => on(event.wait()));
      yield* tick();
      expect(String(event)).toBe('<Event [unset, waiters:1]>');
      event.set();
      yield* settle();
      expect(String(event)).toBe('<Event [set]>');
      expect(Object.isFrozen(event.stats())).toBe(true);
      expect(task.done()).toBe(true);
    }));
});
