/**
 * What a task must not wait for, and why: asyncio's errors for a wait that could never work.
 * They are raised inside the task, at the wait.
 */
import { DifferentLoopError, InvalidAwaitError, show } from '../errors.js';
import { isFuture } from './future.js';
import type { Future } from './future.js';

/** Why a task cannot wait for a future; `null` when it can. */
export function refusalOfFuture(task: Future<unknown>, future: Future<unknown>): Error | null {
  if (future === task) {
    return new InvalidAwaitError(`Task cannot await on itself: ${task.toString()}`);
  }
  if (future.getLoop() === task.getLoop()) return null;
  return new DifferentLoopError(
    `Task ${task.toString()} got Future ${future.toString()} attached to a different loop`,
  );
}

/** Why a task cannot wait for what its coroutine yielded; `null` when it can. */
export function refusalOfYield(task: Future<unknown>, yielded: unknown): Error | null {
  if (isFuture(yielded) && yielded.threadloopAwaited) return refusalOfFuture(task, yielded);
  const text = show(yielded, -1);
  return new InvalidAwaitError(
    isFuture(yielded)
      ? `yield was used instead of yield* in task ${task.toString()} with ${text}`
      : `Task got bad yield: ${text}`,
  );
}
