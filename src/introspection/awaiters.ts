/**
 * Who waits for whom, at this moment: what tasks wait for, the other way round.
 *
 * Computed when somebody looks. asyncio keeps these edges up to date while the program runs; here a
 * task is an awaiter only from its wait on, be it through `gather`, `wait`, `shield` or the end of
 * a task group.
 */
import { allTasks } from '../loop/current-task.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
import { Task } from '../loop/task.js';

/** The tasks that wait for a future, in the order of their creation. */
export type Awaiters = ReadonlyMap<Future<unknown>, readonly Task<unknown>[]>;

/** The edges of a loop. What a task waits for through other futures counts as its own wait. */
export function awaitersOn(loop: EventLoop): Awaiters {
  const awaiters = new Map<Future<unknown>, Task<unknown>[]>();
  for (const task of allTasks(loop)) {
    for (const awaited of awaitedBy(task)) {
      const known = awaiters.get(awaited);
      if (known === undefined) awaiters.set(awaited, [task]);
      else known.push(task);
    }
  }
  return awaiters;
}

/** What a task waits for, and what that is made of, down to other tasks. */
function awaitedBy(task: Task<unknown>): Set<Future<unknown>> {
  const awaited = new Set(task.awaits());
  // A set grows while it is walked.
  for (const future of awaited) {
    if (future instanceof Task) continue;
    for (const part of future.awaits()) awaited.add(part);
  }
  return awaited;
}
