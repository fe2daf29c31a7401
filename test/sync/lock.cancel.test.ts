// A lock whose waiting tasks are cancelled, or closed: it goes to the next.

import { Lock } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { coroutines, kinds, on, pause, settle, stage } from './both-kinds.js';

describe.for(kinds)('a lock $title', (kind) => {
  test('forgets a task that is cancelled while it waits', () =>
    stage(kind, function* ({ start }) {
      const lock = new Lock();
      yield* lock.acquire();
      const [first, second] = [start(() => on(lock.acquire())), start(() => on(lock.acquire()))];
      yield* settle();
      expect(lock.stats().waiterCount).toBe(2);
      first.cancel('enough');
      expect(lock.stats().waiterCount).toBe(1);
      lock.release();
      yield* settle();
      expect(first.cancelled()).toBe(true);
      expect(() => first.result()).toThrow('enough');
      expect(second.done()).toBe(true);
      expect(lock.toString()).toBe('<Lock [locked]>');
    }));

  test('is not lost with a task that is cancelled on the way to it', () =>
    stage(kind, function* ({ start }) {
      const lock = new Lock();
      yield* lock.acquire();
      const first = start(function* () {
        using _held = yield* on(lock.acquire());
        yield* on(pause(1_000));
      });
      const second = start(() => on(lock.acquire()));
      yield* settle();
      lock.release();
      first.cancel();
      yield* settle();
      expect(first.cancelled()).toBe(true);
      expect(second.done()).toBe(true);
      expect(lock.stats()).toEqual({ isLocked: true, waiterCount: 0 });
    }));

  test('A-092 goes to the next when the task that was woken is cancelled', () =>
    stage(kind, function* ({ start }) {
      const lock = new Lock();
      yield* lock.acquire();
      const [b, c] = [start(() => on(lock.acquire())), start(() => on(lock.acquire()))];
      yield* settle();
      lock.release();
      b.cancel();
      yield* settle();
      expect(b.cancelled()).toBe(true);
      expect(c.done()).toBe(true);
      expect(c.cancelled()).toBe(false);
      expect(lock.locked()).toBe(true);
    }));
});

describe('a lock', () => {
  test('goes to the next when the coroutine that was woken is closed', () =>
    stage(coroutines, function* ({ start }) {
      const lock = new Lock();
      yield* lock.acquire();
      const closed = lock.acquire()[Symbol.iterator]();
      closed.next();
      const next = start(() => on(lock.acquire()));
      yield* settle();
      lock.release();
      closed.return(undefined as never);
      yield* settle();
      expect(next.done()).toBe(true);
      expect(lock.stats()).toEqual({ isLocked: true, waiterCount: 0 });
    }));

  test('forgets a waiting coroutine that is closed', () =>
    stage(coroutines, function* () {
      const lock = new Lock();
      yield* lock.acquire();
      const closed = lock.acquire()[Symbol.iterator]();
      closed.next();
      expect(lock.stats().waiterCount).toBe(1);
      closed.return(undefined as never);
      expect(lock.stats().waiterCount).toBe(0);
    }));
});
