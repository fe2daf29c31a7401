/**
 * Code that runs for a task which may not have been made yet.
 *
 * Most calls from other threads are functions that return at once, and nobody asks in which task
 * they run: making one for each would take half of the time. So what runs is known by its owner,
 * who makes the task when somebody asks. A task is its own owner.
 */
import type { TaskOptions } from './task-options.js';
import type { Task } from './task.js';

/** Whoever has a task, or will make it when asked. */
export interface TaskOwner {
  /** Makes it, if need be. */
  readonly task: Task<unknown>;
}

/**
 * For owners: options for the task of a function that runs already. Nothing is scheduled; the owner
 * tells how the function ended, by `task.goOn()` or `task.fail()`.
 */
export const alreadyBegun: TaskOptions = {};
