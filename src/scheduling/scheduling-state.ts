/**
 * What a task hands on to `scheduler.yield()`: where its priority and its abort come from.
 *
 * It travels in the async context, so it is still there after an `await`, and in coroutines and
 * tasks that the task starts. The web's *scheduling state* travels through promises alone: there a
 * timer that a task sets begins without one, here it goes on with it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskPriority } from './task-priority.js';
import type { TaskSignal } from './task-signal.js';

/** Of one posted task. */
export interface SchedulingState {
  readonly abortSource: AbortSignal | null;
  /** A signal whose priority may change, or a priority for good. */
  readonly prioritySource: TaskSignal | TaskPriority;
}

/** That of the running code; `undefined` outside any posted task. */
export const currentState: AsyncLocalStorage<SchedulingState | undefined> = new AsyncLocalStorage();

/** The priority now. */
export function currentPriority({ prioritySource }: SchedulingState): TaskPriority {
  return typeof prioritySource === 'string' ? prioritySource : prioritySource.priority;
}
