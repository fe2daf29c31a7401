// A condition whose waiting tasks are cancelled: they come back with the lock, and pass their
// notice on.

import { Condition, Lock, Operation } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { kinds, on, type Script, settle, stage } from './both-kinds.js';

describe.for(kinds)('a condition $title', (kind) => {
  test('A-099 holds the lock when a wait for a notice is cancelled', () =>
    stage(kind, function* ({ start }) {
      const condition = new Condition();
      let seen: unknown = null;
      const task = start(function* () {
        yield* on(condition.acquire());
        try {
          yield* on(condition.wait());
        } catch (error) {
          expect(condition.locked()).toBe(true);
          seen = error;
          throw error;
        } finally {
          condition.release();
        }
      });
      yield* settle();
      task.cancel('foo');
      yield* settle();
      expect(task.cancelled()).toBe(true);
      expect(seen).toMatchObject({ message: 'foo', code: 'ERR_CANCELLED' });
      expect(errorOf(task)).toBe(seen);
      expect(condition.locked()).toBe(false);
    }));

  test('A-099 holds the lock when the wait for it is cancelled, and raises that very error', () =>
    stage(kind, function* ({ start }) {
      const noted: unknown[] = [];
      class NotingLock extends Lock {
        override acquire(): ReturnType<Lock['acquire']> {
          const inner = super.acquire();
          return new Operation(function* () {
            try {
              return yield* inner;
            } catch (error) {
              noted.push(error);
              throw error;
            }
          });
        }
      }
      const lock = new NotingLock();
      const condition = new Condition(lock);
      let seen: unknown = null;
      const task = start(function* () {
        yield* on(condition.acquire());
        try {
          yield* on(condition.wait());
        } catch (error) {
          expect(condition.locked()).toBe(true);
          seen = error;
          throw error;
        }
      });
      yield* settle();
      yield* condition.acquire();
      condition.notify();
      yield* settle();
      expect(condition.stats()).toEqual({ isLocked: true, waiterCount: 0 });
      task.cancel('foo');
      yield* settle();
      expect(task.done()).toBe(false);
      condition.release();
      yield* settle();
      expect(task.cancelled()).toBe(true);
      expect(seen).toMatchObject({ message: 'foo' });
      expect(errorOf(task)).toBe(seen);
      expect(noted).toContain(seen);
    }));

  test('holds the lock after one cancel in each of its waits, and raises the last', () =>
    stage(kind, function* ({ start }) {
      const condition = new Condition();
      const task = start(function* () {
        yield* on(condition.acquire());
        yield* on(condition.wait());
      });
      yield* settle();
      yield* condition.acquire();
      for (const message of ['first', 'second', 'third']) {
        task.cancel(message);
        yield* settle();
      }
      expect(task.done()).toBe(false);
      condition.release();
      yield* settle();
      expect(errorOf(task)).toMatchObject({ message: 'third' });
      expect(condition.locked()).toBe(true);
    }));

  test('notifies another task when the one that was notified is cancelled', () =>
    stage(kind, function* ({ start }) {
      const condition = new Condition();
      const wait = (): Script<true> => on(condition.run(kind.play(() => on(condition.wait()))));
      const [first, second] = [start(wait), start(wait)];
      yield* settle();
      yield* condition.acquire();
      condition.notify();
      yield* settle();
      first.cancel();
      condition.release();
      yield* settle();
      expect(first.cancelled()).toBe(true);
      expect(second.result()).toBe(true);
      expect(condition.locked()).toBe(false);
    }));
});

function errorOf(task: { result(): unknown }): unknown {
  try {
    task.result();
  } catch (error) {
    return error;
  }
  return null;
}
