/** asyncio's rules of Barrier (test_locks has no listed scenario of it). */
import { Barrier, BrokenBarrierError, sleep, type Task } from 'threadloop';
import { expect } from 'vitest';
import { on, type Script } from '../sync/both-kinds.js';
import { keepRows } from './scenario.js';
import { taskScenario, type TaskStage, thrownBy } from './task-scenario.js';

keepRows('barriers');

function visit({ start }: TaskStage, barrier: Barrier, count: number): Task<number>[] {
  return Array.from({ length: count }, () => start(() => on(barrier.wait())));
}

taskScenario('S-1.12-6', 'a barrier lets as many go as it says, each with a number', function* (s) {
  expect(() => new Barrier(0)).toThrow('parties must be >= 1');
  const barrier = new Barrier(3);
  for (const round of [1, 2]) {
    const tasks = visit(s, barrier, 2);
    yield* on(sleep(1));
    expect([round, barrier.nWaiting, barrier.parties]).toEqual([round, 2, 3]);
    tasks.push(...visit(s, barrier, 1));
    yield* on(sleep(1));
    expect(new Set(tasks.map((task) => task.result()))).toEqual(new Set([0, 1, 2]));
    expect([barrier.nWaiting, barrier.broken]).toEqual([0, false]);
  }
});

taskScenario(
  'S-1.12-7',
  'a barrier that is reset fails those who wait, and serves on',
  function* (s) {
    const barrier = new Barrier(3);
    const tasks = visit(s, barrier, 2);
    yield* on(sleep(1));
    barrier.reset();
    for (const task of tasks) {
      const error = yield* thrownBy(() => on(task));
      expect(error).toBeInstanceOf(BrokenBarrierError);
      expect((error as Error).message).toBe('Abort or reset of barrier');
    }
    expect([barrier.broken, barrier.nWaiting]).toEqual([false, 0]);
    const next = visit(s, barrier, 3);
    yield* on(sleep(1));
    expect(new Set(next.map((task) => task.result()))).toEqual(new Set([0, 1, 2]));
  },
);

taskScenario('S-1.12-8', 'a barrier that is aborted fails all until it is reset', function* (s) {
  const barrier = new Barrier(2);
  const [inside] = visit(s, barrier, 1) as [Task<number>];
  yield* on(sleep(1));
  barrier.abort();
  expect(((yield* thrownBy(() => on(inside))) as Error).message).toBe('Abort or reset of barrier');
  expect(barrier.broken).toBe(true);
  const late = function* (): Script<number> {
    return yield* on(barrier.wait());
  };
  expect(String(yield* thrownBy(late))).toBe('BrokenBarrierError: Barrier aborted');
  barrier.reset();
  const mended = visit(s, barrier, 2);
  yield* on(sleep(1));
  expect(mended.map((task) => task.done() && !task.cancelled())).toEqual([true, true]);
  expect(barrier.broken).toBe(false);
});

taskScenario(
  'S-1.12-9',
  'a task that is cancelled at a barrier makes room for another',
  function* (s) {
    const barrier = new Barrier(2);
    const [cancelled] = visit(s, barrier, 1) as [Task<number>];
    yield* on(sleep(1));
    cancelled.cancel();
    yield* on(sleep(1));
    expect([cancelled.cancelled(), barrier.nWaiting]).toEqual([true, 0]);
    const tasks = visit(s, barrier, 2);
    yield* on(sleep(1));
    expect(tasks.map((task) => task.done())).toEqual([true, true]);
  },
);
