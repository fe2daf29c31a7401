/**
 * Who makes the tasks of a loop: ordinary ones, eager ones, or those of a class of your own.
 * After asyncio's task factories.
 */
import type { Coroutine } from './coroutine.js';
import type { EventLoop } from './event-loop.js';
import type { TaskOptions } from './task-options.js';
import type { TaskFunction } from './task-work.js';
import { Task } from './task.js';

/** Makes the tasks of a loop: see `setTaskFactory`. */
export type TaskFactory = <T>(
  loop: EventLoop,
  work: Coroutine<T> | TaskFunction<T>,
  options: TaskOptions,
) => Task<T>;

/** A class of tasks, such as `Task` itself. */
export type TaskClass = new <T>(
  work: Coroutine<T> | TaskFunction<T>,
  loop: EventLoop,
  options: TaskOptions,
) => Task<T>;

/** What loops do when no factory is set. */
export const makeTask: TaskFactory = (loop, work, options) => new Task(work, loop, options);

/**
 * A factory of eager tasks: their first step runs inside `createTask`, and one that does not wait
 * is done when it returns. `eager: false` among the options starts a task in the ordinary way.
 *
 * @param taskClass - default `Task`
 */
export function createEagerTaskFactory(taskClass: TaskClass = Task): TaskFactory {
  return (loop, work, options) => new taskClass(work, loop, { eager: true, ...options });
}

/** Starts tasks eagerly: `loop.setTaskFactory(eagerTaskFactory)`. */
export const eagerTaskFactory: TaskFactory = createEagerTaskFactory();
