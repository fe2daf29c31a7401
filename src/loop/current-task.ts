/**
 * Which task am I in, and which tasks are there?
 *
 * A coroutine's task is the one whose step runs now. An async function goes on outside any step,
 * so its task travels in an `AsyncLocalStorage`. After `asyncio.current_task` and `all_tasks`.
 */
import { getRunningLoop } from './current-loop.js';
import { forgetDestroyed, reportWhenDestroyed } from './destroyed-tasks.js';
import type { EventLoop } from './event-loop.js';
import { registry } from './registry.js';
import type { Task } from './task.js';

/**
 * The task that the calling code belongs to; `null` in a plain callback.
 *
 * @throws NoRunningLoopError when no loop runs in this thread
 */
export function currentTask(): Task<unknown> | null {
  getRunningLoop();
  if (registry.stepping !== undefined) return registry.stepping?.task ?? null;
  const task = registry.asyncTask.getStore()?.task;
  return task === undefined || task.done() ? null : task;
}

/**
 * The unfinished tasks of a loop, by default the running one, in the order of their creation.
 *
 * @throws NoRunningLoopError when no loop is given and none runs
 */
export function allTasks(loop: EventLoop = getRunningLoop()): Set<Task<unknown>> {
  // Makes the task of the calling code, which is one of them.
  void registry.stepping?.task;
  const tasks = registry.tasks.get(loop) ?? [];
  return new Set(tasks.toSorted((a, b) => a.number - b.number));
}

/** Enters a new task into the books of its loop. */
export function registerTask(task: Task<unknown>): void {
  const loop = task.getLoop();
  let tasks = registry.tasks.get(loop);
  if (tasks === undefined) registry.tasks.set(loop, (tasks = []));
  // An array in which each task knows its place: a set would cost three times as much.
  task.bookIndex = tasks.length;
  tasks.push(task);
}

/** Strikes a task that is done off the books. */
export function unregisterTask(task: Task<unknown>): void {
  const tasks = registry.tasks.get(task.getLoop());
  if (tasks === undefined) {
    forgetDestroyed(task);
    return;
  }
  const last = tasks.pop() as Task<unknown>;
  if (last === task) return;
  tasks[task.bookIndex] = last;
  last.bookIndex = task.bookIndex;
}

/** The loop was closed: its unfinished tasks are lost. */
export function forgetTasks(loop: EventLoop): void {
  for (const task of allTasks(loop)) reportWhenDestroyed(task, loop);
  registry.tasks.delete(loop);
}
