// A lock among participants of one thread: what it promises, one behaviour at a time.

import {
  BrokenLockError,
  CancelledError,
  type Coroutine,
  DeadlockError,
  gather,
  InvalidArgumentError,
  InvalidStateError,
  SharedEvent,
  SharedLock,
  sleep,
  type Task,
  TimeoutError,
  timeout,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';
import { Participants, play, start } from './participants.js';

function lockOf(count: number): { people: Participants; locks: SharedLock[] } {
  const people = new Participants(count);
  return { people, locks: people.share(new SharedLock(), SharedLock) };
}

function* sleepOf(delayMs: number): Coroutine<void> {
  yield* sleep(delayMs);
}

/** Takes the lock, writes its name down, and holds the lock for a while. */
function* visit(lock: SharedLock, name: string, journal: string[]): Coroutine<void> {
  using _hold = yield* lock.acquire();
  journal.push(name);
  yield* sleep(1);
}

describe('a shared lock', () => {
  test('lets in one task of all participants at a time, first come, first served', async () => {
    const { locks } = lockOf(3);
    const journal: string[] = [];
    await play(function* (loop) {
      const order = [0, 1, 2, 0, 0, 2, 1];
      const tasks = order.map((who, index) => {
        return loop.createTask(visit(locks[who] as SharedLock, `${who}.${index}`, journal));
      });
      yield* gather(tasks);
      expect(journal).toEqual(order.map((who, index) => `${who}.${index}`));
    });
    expect(locks[0]?.locked()).toBe(false);
  });

  test('can be waited for in async functions, and held by a body', async () => {
    const [a, b] = lockOf(2).locks as [SharedLock, SharedLock];
    await play(function* (loop) {
      const hold = yield* a.acquire();
      const task = loop.createTask(async () => b.run(async () => a.locked()));
      yield* sleep(1);
      expect(task.done()).toBe(false);
      hold.release();
      expect(yield* task).toBe(true);
    });
    expect(b.locked()).toBe(false);
  });

  test('lets in the next when a task that waits, or was just let in, is cancelled', async () => {
    const [a, b, c] = lockOf(3).locks as [SharedLock, SharedLock, SharedLock];
    const journal: string[] = [];
    await play(function* (loop) {
      const hold = yield* a.acquire();
      const first = loop.createTask(visit(b, 'first', journal));
      const second = loop.createTask(visit(b, 'second', journal));
      const third = loop.createTask(visit(c, 'third', journal));
      yield* sleep(1);
      first.cancel();
      // Handed over to the second, which is cancelled before it can take it.
      hold.release();
      second.cancel();
      yield* third;
      expect([first.cancelled(), second.cancelled()]).toEqual([true, true]);
    });
    expect(journal).toEqual(['third']);
    expect(a.stats()).toEqual({ isLocked: false, isBroken: false, holder: null, waiterCount: 0 });
  });

  test('gives up in time, and stands in nobody’s way afterwards', async () => {
    const [a, b] = lockOf(2).locks as [SharedLock, SharedLock];
    await play(function* () {
      const hold = yield* a.acquire();
      const attempt = timeout(5, () => b.acquire()) as unknown as Coroutine<unknown>;
      let error: unknown;
      try {
        yield* attempt;
      } catch (raised) {
        error = raised;
      }
      expect(error).toBeInstanceOf(TimeoutError);
      hold.release();
      b.acquireSync(0).release();
    });
  });

  test('belongs to the thread that holds it', () => {
    const [a, b] = lockOf(2).locks as [SharedLock, SharedLock];
    expect(() => a.release()).toThrow(InvalidStateError);
    const hold = a.tryAcquire();
    expect(b.tryAcquire()).toBeNull();
    expect(() => b.release()).toThrow("it is held by thread 'a'");
    expect(b.stats().holder).toBe('a');
    expect(String(b)).toBe("<SharedLock [locked by 'a']>");
    hold?.release();
    expect(String(b)).toBe('<SharedLock [unlocked]>');
  });

  test('blocks a thread where that is asked for, with a limit', () => {
    const [a, b] = lockOf(2).locks as [SharedLock, SharedLock];
    using _hold = a.acquireSync();
    expect(() => b.acquireSync(5)).toThrow(TimeoutError);
    expect(() => b.acquireSync(-1)).toThrow(InvalidArgumentError);
  });

  test('does not block a thread that would never go on', async () => {
    const [a, b] = lockOf(2).locks as [SharedLock, SharedLock];
    const hold = a.acquireSync();
    expect(() => a.acquireSync()).toThrow(DeadlockError);
    await play(function* (loop) {
      const waiting = start(loop, b.acquire());
      yield* sleep(1);
      expect(() => b.acquireSync()).toThrow('a task of this thread waits for');
      waiting.cancel();
    });
    hold.release();
  });

  test('goes past tasks whose loop was closed', async () => {
    const [a, b, c] = lockOf(3).locks as [SharedLock, SharedLock, SharedLock];
    const hold = a.acquireSync();
    const closed = virtualLoop();
    const lost = start(closed, b.acquire());
    await closed.runUntilComplete(sleepOf(1));
    closed.close();
    expect(b.stats().waiterCount).toBe(1);
    b.poll();
    expect([b.stats().waiterCount, lost.done()]).toEqual([0, false]);
    hold.release();
    c.acquireSync(1_000).release();
  });

  test('is one object in one thread, however often it arrives', () => {
    const lock = new SharedLock();
    expect(SharedLock.from(lock.handle)).toBe(lock);
    expect(SharedLock.from(structuredClone(lock.handle))).toBe(lock);
  });

  test('is made of the handle of a lock only', () => {
    expect(() => SharedLock.from({} as never)).toThrow(InvalidArgumentError);
    expect(() => SharedLock.from(new SharedEvent().handle)).toThrow('got that of a SharedEvent');
  });
});

describe('a participant that dies', () => {
  test('while it holds the lock breaks it, for those who wait and those who come', async () => {
    const { people, locks } = lockOf(3);
    const [a, b, c] = locks as [SharedLock, SharedLock, SharedLock];
    await play(function* (loop) {
      yield* a.acquire();
      const waiting = [b, c, b].map((lock) => start(loop, lock.acquire()));
      yield* sleep(1);
      people.kill(0);
      const outcomes = yield* gather(waiting, { returnExceptions: true });
      for (const outcome of outcomes) {
        expect(outcome).toBeInstanceOf(BrokenLockError);
        expect((outcome as Error).message).toMatch("Thread 'a' died while it held this lock");
      }
      expect(() => c.tryAcquire()).toThrow(BrokenLockError);
      expect(() => c.acquireSync()).toThrow(BrokenLockError);
    });
    expect(b.stats()).toMatchObject({ isLocked: false, isBroken: true });
  });

  test('leaves a lock that one repairs while the others wait', async () => {
    const { people, locks } = lockOf(3);
    const [a, b, c] = locks as [SharedLock, SharedLock, SharedLock];
    let repairCount = 0;
    function* mend(): Coroutine<void> {
      repairCount += 1;
      yield* sleep(5);
    }
    await play(function* (loop) {
      yield* a.acquire();
      people.kill(0);
      const repairs = [b, c, b].map((lock) => start(loop, lock.repair(mend)));
      yield* sleep(1);
      expect(() => c.tryAcquire()).toThrow(BrokenLockError);
      expect(yield* gather(repairs)).toEqual([true, false, false]);
      (yield* c.acquire()).release();
    });
    expect(repairCount).toBe(1);
    expect(b.broken).toBe(false);
  });

  test('or fails while it repairs leaves the repair to the next', async () => {
    const { people, locks } = lockOf(4);
    const [a, b, c, d] = locks as [SharedLock, SharedLock, SharedLock, SharedLock];
    await play(function* (loop) {
      yield* a.acquire();
      people.kill(0);
      const failing = start(
        loop,
        b.repair(() => Promise.reject(new Error('no use'))),
      );
      const dying = start(
        loop,
        c.repair(() => sleep(1_000)),
      );
      const last = start(
        loop,
        d.repair(() => undefined),
      );
      yield* sleep(1);
      expect((yield* gather([failing], { returnExceptions: true }))[0]).toEqual(
        new Error('no use'),
      );
      people.kill(2);
      expect(yield* last).toBe(true);
      dying.cancel();
    });
    expect(d.broken).toBe(false);
  });

  test('while it waits, or has been let in and not come, is passed over', async () => {
    const { people, locks } = lockOf(4);
    const [a, b, c, d] = locks as [SharedLock, SharedLock, SharedLock, SharedLock];
    await play(function* (loop) {
      const hold = yield* a.acquire();
      const [dead, deadToo, living] = [b, c, d].map((lock) => {
        return start(loop, lock.acquire());
      }) as [Task<unknown>, Task<unknown>, Task<unknown>];
      yield* sleep(1);
      people.kill(1);
      // Handed over to the third, which cannot have looked yet.
      hold.release();
      people.kill(2);
      yield* living;
      expect(d.stats()).toMatchObject({ holder: 'd', isBroken: false });
      for (const task of [dead, deadToo]) task.cancel();
    });
  });

  test('takes no part any more', async () => {
    const { people, locks } = lockOf(2);
    const [a] = locks as [SharedLock];
    a.acquireSync();
    people.kill(0);
    expect(() => a.release()).toThrow('This thread is ending');
    await play(function* () {
      let error: unknown;
      try {
        yield* a.acquire();
      } catch (raised) {
        error = raised;
      }
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(error).not.toBeInstanceOf(CancelledError);
    });
  });
});
