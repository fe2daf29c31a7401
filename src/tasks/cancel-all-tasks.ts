/**
 * The end of a loop's work: nothing that was started is left behind, and no error is lost.
 *
 * After what `asyncio.run` does before it closes its loop.
 */
import { cancelEach } from '../loop/cancel-chain.js';
import type { Coroutine } from '../loop/coroutine.js';
import { allTasks, currentTask } from '../loop/current-task.js';
import type { EventLoop } from '../loop/event-loop.js';
import { failureOf } from './failure.js';
import { gather } from './gather.js';

/**
 * Cancels all tasks of a loop but the calling one, and waits for their ends. Errors that they
 * end with go to the loop's exception handler.
 *
 * @throws AwaitCycleError, once all others have ended, for tasks that wait for each other in a ring
 *   which cannot be broken: they are left as they are, with those that wait for them
 */
export function* cancelAllTasks(loop: EventLoop): Coroutine<void> {
  const tasks = allTasks(loop);
  const caller = currentTask();
  if (caller !== null) tasks.delete(caller);
  if (tasks.size === 0) return;
  const { stuck, error } = cancelEach(tasks);
  for (const task of tasks) if (stuck.has(task)) tasks.delete(task);
  yield* gather(tasks, { returnExceptions: true });
  for (const task of tasks) {
    const failure = task.cancelled() ? null : failureOf(task);
    if (failure === null) continue;
    const message = 'unhandled exception during run() shutdown';
    loop.callExceptionHandler({ message, exception: failure.reason, task });
  }
  if (error !== null) throw error;
}
