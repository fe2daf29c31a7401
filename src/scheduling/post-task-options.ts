/**
 * Options of `postTask`: defaults and ranges, and where a task's priority and abort come from.
 * After the web's dictionary of the same name, whose names they keep.
 */
import { InvalidArgumentError, show } from '../errors.js';
import type { SchedulingState } from './scheduling-state.js';
import { assertOptions, assertPriority, defaultPriority } from './task-priority.js';
import type { TaskPriority } from './task-priority.js';
import { assertSignal, isTaskSignal } from './task-signal.js';

/** Options of `postTask`. */
export interface SchedulerPostTaskOptions {
  /** Never changes. Default: that of a `TaskSignal`, which may change; else `user-visible`. */
  readonly priority?: TaskPriority;
  /** Aborts the task as long as it has not begun; a `TaskSignal` also gives it its priority. */
  readonly signal?: AbortSignal;
  /** Milliseconds before the task is queued, 0 or more. Default 0. */
  readonly delay?: number;
}

/** @throws InvalidArgumentError that names the option, the value and what is allowed */
export function readPostTaskOptions(options: SchedulerPostTaskOptions): {
  readonly state: SchedulingState;
  readonly delayMs: number;
} {
  assertOptions(options, 'postTask()');
  const { priority, signal, delay = 0 } = options;
  if (priority !== undefined) assertPriority(priority, 'postTask(): priority');
  if (signal !== undefined) assertSignal(signal, 'postTask(): signal');
  if (!Number.isFinite(delay) || delay < 0) {
    throw new InvalidArgumentError(
      `postTask(): delay must be a number of milliseconds, 0 or more, got ${show(delay)}`,
    );
  }
  const prioritySource = priority ?? (isTaskSignal(signal) ? signal : defaultPriority);
  return { state: { abortSource: signal ?? null, prioritySource }, delayMs: delay };
}
