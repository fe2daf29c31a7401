// Barrier: tasks go on in groups, and none waits for one that will not come.

import { Barrier, BrokenBarrierError, DifferentLoopError, InvalidArgumentError } from 'threadloop';
import type { Coroutine, Task } from 'threadloop';
import { describe, expect, test } from 'vitest';
import {
  coroutines,
  type Kind,
  kinds,
  on,
  type Script,
  settle,
  stage,
  type Stage,
} from './both-kinds.js';

describe.for(kinds)('a barrier $title', (kind) => {
  test('lets a group go when the last has come, and numbers it', () =>
    stage(kind, function* ({ start }) {
      const barrier = new Barrier(3);
      const wait = (): Script<number> => on(barrier.wait());
      const tasks = [start(wait), start(wait)];
      yield* settle();
      expect(tasks.map((task) => task.done())).toEqual([false, false]);
      expect(barrier.nWaiting).toBe(2);
      tasks.push(start(wait));
      yield* settle();
      expect(tasks.map((task) => task.result())).toEqual([0, 1, 2]);
      expect(barrier.nWaiting).toBe(0);
      expect(barrier.broken).toBe(false);
    }));

  test('can be used again and again', () =>
    stage(kind, function* ({ start }) {
      const barrier = new Barrier(2);
      const rounds: string[] = [];
      const visit = (name: string) =>
        function* (): Script<void> {
          for (const round of [1, 2, 3]) {
            yield* on(barrier.wait());
            rounds.push(`${round}${name}`);
          }
        };
      const tasks = [start(visit('a')), start(visit('b'))];
      for (const task of tasks) yield* task;
      expect(rounds.map((round) => round[0])).toEqual(['1', '1', '2', '2', '3', '3']);
    }));

  test('lets in groups of its size whoever comes at once', () =>
    stage(kind, function* ({ start }) {
      const barrier = new Barrier(2);
      const wait = (): Script<number> => on(barrier.wait());
      const tasks = [1, 2, 3, 4, 5].map(() => start(wait));
      yield* settle();
      expect(tasks.map((task) => task.done())).toEqual([true, true, true, true, false]);
      expect(tasks.slice(0, 4).map((task) => task.result())).toEqual([0, 1, 0, 1]);
      tasks[4]?.cancel();
    }));

  test('is not broken by a task that is cancelled, and numbers the others as ever', () =>
    stage(kind, function* ({ start }) {
      const barrier = new Barrier(3);
      const wait = (): Script<number> => on(barrier.wait());
      const tasks = [start(wait), start(wait)];
      yield* settle();
      tasks[0]?.cancel();
      tasks.push(start(wait));
      yield* settle();
      expect(tasks[0]?.cancelled()).toBe(true);
      expect(barrier.nWaiting).toBe(2);
      tasks.push(start(wait));
      yield* settle();
      expect(tasks.slice(1).map((task) => task.result())).toEqual([0, 1, 2]);
    }));

  test('that is reset fails those inside, and is as new', () =>
    stage(kind, function* ({ start }) {
      const barrier = new Barrier(3);
      const wait = (): Script<number> => on(barrier.wait());
      const lost = [start(wait), start(wait)];
      yield* settle();
      barrier.reset();
      expect(String(barrier)).toBe('<Barrier [resetting, waiters:0/3]>');
      yield* settle();
      for (const task of lost) expectBroken(task, 'Abort or reset of barrier');
      expect(String(barrier)).toBe('<Barrier [filling, waiters:0/3]>');
      const tasks = [1, 2, 3].map(() => start(wait));
      yield* settle();
      expect(tasks.map((task) => task.result())).toEqual([0, 1, 2]);
    }));

  test('that is reset while it drains fails those who have not left', () =>
    stage(kind, function* ({ start }) {
      const barrier = new Barrier(3);
      const tasks = [1, 2].map(() => start(() => on(barrier.wait())));
      yield* settle();
      expect(yield* barrier.wait()).toBe(2);
      barrier.reset();
      yield* settle();
      for (const task of tasks) expectBroken(task, 'Abort or reset of barrier');
      expect(String(barrier)).toBe('<Barrier [filling, waiters:0/3]>');
    }));

  test('that is aborted fails those inside and all that come, until it is reset', () =>
    stage(kind, function* ({ start }) {
      const barrier = new Barrier(2);
      const wait = (): Script<number> => on(barrier.wait());
      const inside = start(wait);
      yield* settle();
      barrier.abort();
      expect(barrier.broken).toBe(true);
      expect(String(barrier)).toBe('<Barrier [broken]>');
      const late = start(wait);
      yield* settle();
      expectBroken(inside, 'Abort or reset of barrier');
      expectBroken(late, 'Barrier aborted');
      barrier.reset();
      expect(barrier.broken).toBe(false);
      const tasks = [start(wait), start(wait)];
      yield* settle();
      expect(tasks.map((task) => task.result())).toEqual([0, 1]);
    }));

  test('belongs to the loop whose task waited first', async () => {
    const barrier = new Barrier(2);
    await visitOnce(kind, barrier);
    const again = visitOnce(kind, barrier);
    await expect(again).rejects.toBeInstanceOf(DifferentLoopError);
    await expect(again).rejects.toThrow(/ is bound to a different event loop$/);
    expect(barrier.nWaiting).toBe(0);
  });
});

describe('a barrier', () => {
  test.for([0, -3])('of %s parties is refused', (parties) => {
    expect(() => new Barrier(parties)).toThrow(InvalidArgumentError);
    expect(() => new Barrier(parties)).toThrow(/^parties must be >= 1$/);
  });

  test.for([1.5, Number.NaN, '2', undefined])('of %s parties is no barrier', (parties) => {
    expect(() => new Barrier(parties as number)).toThrow(InvalidArgumentError);
    expect(() => new Barrier(parties as number)).toThrow('parties must be a whole number, got');
  });

  test('for one lets everyone pass without waiting', () => {
    const barrier = new Barrier(1);
    for (let times = 0; times < 2; times += 1) {
      expect(barrier.wait()[Symbol.iterator]().next()).toEqual({ done: true, value: 0 });
    }
    expect(String(barrier)).toBe('<Barrier [filling, waiters:0/1]>');
  });

  test('keeps those outside who come while it drains, and lets the first of them in', () =>
    stage(coroutines, function* ({ start }) {
      const barrier = new Barrier(2);
      const arrivals: string[] = [];
      const visit = (name: string) =>
        function* (): Script<void> {
          const index = yield* on(barrier.wait());
          arrivals.push(`${name}${index}`);
        };
      const states: string[] = [];
      void start(visit('a'));
      const last = function* (): Script<void> {
        yield* visit('b')();
        states.push(String(barrier));
        for (const name of ['c', 'd', 'e', 'f', 'g']) void start(visit(name));
      };
      void start(last);
      yield* settle();
      expect(states).toEqual(['<Barrier [draining, waiters:0/2]>']);
      expect(arrivals).toEqual(['b1', 'a0', 'd1', 'c0', 'f1', 'e0']);
      expect(barrier.nWaiting).toBe(1);
      barrier.abort();
      yield* settle();
    }));

  test('fills the place of a task that is closed on its way in', () =>
    stage(coroutines, function* ({ start }) {
      const { barrier, outside } = yield* drainBefore(start, 3);
      // Two of them are on their way in now; when one turns back, the third may come.
      const [first, second, third] = outside as [Step, Step, Step];
      first.return(-1);
      expect(second.next().done).toBe(false);
      expect(third.next()).toEqual({ done: true, value: 1 });
      expect(second.next()).toEqual({ done: true, value: 0 });
      expect(String(barrier)).toBe('<Barrier [filling, waiters:0/2]>');
    }));

  test('lets the next in when all who were on their way in are closed', () =>
    stage(coroutines, function* ({ start }) {
      const { barrier, outside } = yield* drainBefore(start, 3);
      const [first, second, third] = outside as [Step, Step, Step];
      first.return(-1);
      second.return(-1);
      expect(third.next().done).toBe(false);
      expect(barrier.nWaiting).toBe(1);
      expect(yield* barrier.wait()).toBe(1);
    }));

  test('lets no newcomer in front of those who are on their way in', () =>
    stage(coroutines, function* ({ start }) {
      const { barrier, outside } = yield* drainBefore(start, 2);
      const newcomers = [1, 2].map(() => barrier.wait()[Symbol.iterator]());
      expect(newcomers.map((coroutine) => coroutine.next().done)).toEqual([false, false]);
      const [first, second] = outside as [Step, Step];
      expect(first.next().done).toBe(false);
      expect(second.next()).toEqual({ done: true, value: 1 });
    }));

  test('wakes no more of those outside than a group', () =>
    stage(coroutines, function* ({ start }) {
      const { outside } = yield* drainBefore(start, 3);
      const third = outside[2] as Step;
      // It was not woken, so it refuses to go on.
      expect(() => third.next()).toThrow("yield* wasn't used with future");
    }));

  test('wakes those outside when it is aborted', () =>
    stage(coroutines, function* ({ start }) {
      const barrier = new Barrier(2);
      const wait = (): Script<number> => on(barrier.wait());
      const inside = start(wait);
      yield* settle();
      barrier.reset();
      // The task inside has not left yet, so this one stays outside.
      const coroutine = barrier.wait()[Symbol.iterator]();
      expect(coroutine.next().done).toBe(false);
      barrier.abort();
      expect(() => coroutine.next()).toThrow('Barrier aborted');
      yield* settle();
      expectBroken(inside, 'Abort or reset of barrier');
    }));

  test('tells how many go on together', () => {
    expect(new Barrier(3).parties).toBe(3);
  });
});

type Step = Coroutine<number>;

/** A barrier for two that has just let a group go, and coroutines that came while it drained. */
function* drainBefore(
  start: Stage['start'],
  count: number,
): Coroutine<{ readonly barrier: Barrier; readonly outside: readonly Step[] }> {
  const barrier = new Barrier(2);
  void start(() => on(barrier.wait()));
  yield* settle();
  expect(yield* barrier.wait()).toBe(1);
  const outside = Array.from({ length: count }, () => barrier.wait()[Symbol.iterator]());
  for (const coroutine of outside) expect(coroutine.next().done).toBe(false);
  expect(String(barrier)).toBe('<Barrier [draining, waiters:0/2]>');
  yield* settle();
  return { barrier, outside };
}

function expectBroken(task: Task<unknown>, message: string): void {
  expect(() => task.result()).toThrow(BrokenBarrierError);
  expect(() => task.result()).toThrow(message);
}

async function visitOnce(kind: Kind, barrier: Barrier): Promise<void> {
  await stage(kind, function* ({ start }) {
    const task = start(() => on(barrier.wait()));
    yield* settle();
    if (task.done()) task.result();
    task.cancel();
    yield* settle();
  });
}
