// A semaphore among participants of one thread.

import {
  type Coroutine,
  gather,
  InvalidArgumentError,
  SharedSemaphore,
  sleep,
  TimeoutError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { Participants, play, start } from './participants.js';

function semaphoreOf(count: number, value: number) {
  const people = new Participants(count);
  return { people, all: people.share(new SharedSemaphore(value), SharedSemaphore) };
}

describe('a shared semaphore', () => {
  test('gives out no more permits than there are, first come, first served', async () => {
    const { all } = semaphoreOf(3, 2);
    const journal: number[] = [];
    let insideCount = 0;
    await play(function* (loop) {
      const visit = (who: number, index: number) =>
        (all[who] as SharedSemaphore).run(function* (): Coroutine<void> {
          journal.push(index);
          insideCount += 1;
          expect(insideCount).toBeLessThanOrEqual(2);
          yield* sleep(1);
          insideCount -= 1;
        });
      const visits = [0, 0, 1, 2, 1, 0, 2].map((who, index) => {
        return start(loop, visit(who, index));
      });
      yield* gather(visits);
    });
    expect(journal.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(journal.slice(0, 2)).toEqual([0, 1]);
    expect(all[0]?.stats()).toEqual({ value: 2, permitCount: 2, waiterCount: 0 });
  });

  test('tells at once whether there is a permit', () => {
    const [a, b] = semaphoreOf(2, 1).all as [SharedSemaphore, SharedSemaphore];
    expect(String(a)).toBe('<SharedSemaphore [unlocked, value:1]>');
    const hold = a.tryAcquire();
    expect([a.locked(), b.locked(), b.tryAcquire()]).toEqual([true, true, null]);
    expect(() => b.acquireSync(2)).toThrow(TimeoutError);
    hold?.release();
    b.acquireSync(0).release();
    expect(String(a)).toBe('<SharedSemaphore [unlocked, value:1]>');
  });

  test('grows when a thread releases what it does not hold', async () => {
    const [a, b] = semaphoreOf(2, 0).all as [SharedSemaphore, SharedSemaphore];
    await play(function* (loop) {
      const waiting = start(loop, b.acquire());
      yield* sleep(1);
      a.release();
      yield* waiting;
    });
    expect(a.stats()).toMatchObject({ value: 0, permitCount: 1 });
  });

  test('gets back the permits of a participant that dies', async () => {
    const { people, all } = semaphoreOf(3, 2);
    const [a, b, c] = all as [SharedSemaphore, SharedSemaphore, SharedSemaphore];
    await play(function* (loop) {
      a.acquireSync();
      a.acquireSync();
      const waiting = [b, c].map((each) => start(loop, each.acquire()));
      yield* sleep(1);
      people.kill(0);
      yield* gather(waiting);
    });
    expect(b.stats()).toMatchObject({ value: 0, permitCount: 2 });
  });

  test('keeps no permit for a task that is cancelled on its way', async () => {
    const [a, b] = semaphoreOf(2, 1).all as [SharedSemaphore, SharedSemaphore];
    await play(function* (loop) {
      const hold = yield* a.acquire();
      const waiting = start(loop, b.acquire());
      yield* sleep(1);
      hold.release();
      waiting.cancel();
      yield* gather([waiting], { returnExceptions: true });
    });
    expect(a.stats().value).toBe(1);
  });

  test.for([-1, 1.5, Number.NaN, Infinity, 2 ** 31])('is not made with %s permits', (value) => {
    expect(() => new SharedSemaphore(value)).toThrow(InvalidArgumentError);
  });
});
