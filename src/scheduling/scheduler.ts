/**
 * Prioritized task scheduling, by the web's names, on every loop.
 *
 * After the web's Prioritized Task Scheduling (WICG `scheduling-apis`): `scheduler.postTask()` and
 * `scheduler.yield()`. `docs/scheduling.md` says what differs.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { isEventLoop } from '../loop/event-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
import type { TaskFunction } from '../loop/task-work.js';
import { LoopScheduler } from './loop-scheduler.js';
import type { SchedulerPostTaskOptions } from './post-task-options.js';

/** Runs tasks by how urgent they are. Belongs to the thread of its loop. */
export interface Scheduler {
  /**
   * Runs a function as a task of the loop, when nothing more urgent waits: `user-blocking` before
   * `user-visible` before `background`, strictly; of equal priority the one queued first. The
   * loop's other callbacks have their turn between any two tasks. The function may be plain, async,
   * or a generator function, and runs in the async context of this call.
   *
   * @returns its result, to be waited for with `await` or `yield*`. Fails with what the function
   *   throws, or with the reason of `signal` when that is aborted before the function has run up
   *   to its first wait. Cancelling it withdraws the task, or cancels it when it runs; a function
   *   that declares a parameter gets an `AbortSignal` that then fires.
   * @throws InvalidArgumentError that names the argument or option; LoopClosedError
   */
  postTask<T>(fn: TaskFunction<T>, options?: SchedulerPostTaskOptions): Future<T>;
  /**
   * Lets more urgent tasks run, and everything else that the loop has to do. The code that waits
   * goes on before tasks of the same priority. Priority and abort are those of the posted task
   * that this is called in, also after an `await`; outside any, `user-visible`. A cancel point.
   *
   * @returns done at its turn, to be waited for with `await` or `yield*`. Fails with the reason of
   *   the task's signal when that is aborted first.
   * @throws LoopClosedError
   */
  yield(): Future<undefined>;
}

const schedulers = new WeakMap<EventLoop, LoopScheduler>();

/**
 * The scheduler of a loop: always the same one.
 *
 * @throws InvalidArgumentError when it is no loop of this thread
 */
export function schedulerOf(loop: EventLoop): Scheduler {
  if (!isEventLoop(loop)) {
    throw new InvalidArgumentError(`schedulerOf() expects an event loop, got ${show(loop)}`);
  }
  let scheduler = schedulers.get(loop);
  if (scheduler === undefined) schedulers.set(loop, (scheduler = new LoopScheduler(loop)));
  return scheduler;
}

/**
 * The scheduler of whichever loop is running where it is called.
 * Each call throws `NoRunningLoopError` where none is; see `Scheduler` for the rest.
 */
export const scheduler: Scheduler = {
  postTask: (fn, options) => schedulerOf(getRunningLoop()).postTask(fn, options),
  yield: () => schedulerOf(getRunningLoop()).yield(),
};
