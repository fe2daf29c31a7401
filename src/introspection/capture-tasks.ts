/**
 * A snapshot of a thread's tasks: who stands where, and who waits for whom.
 *
 * Plain data, so it can be sent to another thread, kept, or written as JSON. Taken without running
 * any code of the tasks.
 */
import { threadId } from 'node:worker_threads';
import { allTasks } from '../loop/current-task.js';
import type { EventLoop } from '../loop/event-loop.js';
import { registry } from '../loop/registry.js';
import type { StackFrame } from '../loop/stack-frame.js';
import type { Task } from '../loop/task.js';
import { awaitersOn } from './awaiters.js';
import type { Awaiters } from './awaiters.js';
import { idOf } from './identity.js';

/** The unfinished tasks of one thread. */
export interface TasksSnapshot {
  /** As in `node:worker_threads`; 0 is the main thread. */
  readonly threadId: number;
  /** In the order of their creation. */
  readonly tasks: readonly TaskSnapshot[];
}

/** One unfinished task. */
export interface TaskSnapshot {
  /** The same in every snapshot, and no other task of the process has it. */
  readonly id: number;
  readonly name: string;
  /** `cancelling` while a request to cancel is outstanding. */
  readonly state: 'pending' | 'cancelling';
  /** As `getStack` gives it, but innermost frame first. */
  readonly stack: readonly StackFrame[];
  /** What it waits for, in words. */
  readonly waitsFor: readonly string[];
  /** The ids of the tasks that wait for it. */
  readonly awaitedBy: readonly number[];
}

/**
 * The unfinished tasks of this thread's loops: the one that runs, the one in the background and the
 * one that was set; or those of the given loops.
 */
export function captureTasks(loops: Iterable<EventLoop> = loopsOfThread()): TasksSnapshot {
  const tasks: TaskSnapshot[] = [];
  for (const loop of new Set(loops)) {
    const awaiters = awaitersOn(loop);
    for (const task of allTasks(loop)) tasks.push(describe(task, awaiters));
  }
  return { threadId, tasks };
}

function loopsOfThread(): EventLoop[] {
  const { running, background, current } = registry;
  return [running, background, current].filter((loop) => loop !== null);
}

function describe(task: Task<unknown>, awaiters: Awaiters): TaskSnapshot {
  return {
    id: idOf(task),
    name: task.getName(),
    state: task.cancelling() > 0 ? 'cancelling' : 'pending',
    stack: task.getStack().toReversed(),
    waitsFor: task.awaits().map((future) => future.toString()),
    awaitedBy: (awaiters.get(task) ?? []).map(idOf),
  };
}
