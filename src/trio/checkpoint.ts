/**
 * Checkpoints: where a task lets others run, and hears of a cancel. After Trio's.
 *
 * Every function of this layer that waits passes one, even if it has nothing to wait for: those
 * that could go on at once first look for a cancel, do their work, and then let the others run.
 * The functions here come in two forms: generators for the layer itself, operations for users.
 */
import { InvalidStateError } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { currentTask } from '../loop/current-task.js';
import { Operation } from '../loop/operation.js';
import { registry } from '../loop/registry.js';
import type { Task } from '../loop/task.js';
import { CancelStatus } from './cancel-status.js';

/** The task that the calling code belongs to. */
export function ownTask(): Task<unknown> {
  const isInLoop = registry.running !== null || registry.asyncTask.getStore() !== undefined;
  const task = isInLoop ? currentTask() : null;
  if (task !== null) return task;
  throw new InvalidStateError(
    'must be called from a task: start one with trio.run(main), or with nursery.startSoon(fn)',
  );
}

/** Whether the next wait of the task ends with a cancel. */
function isCancelDue(task: Task<unknown> = ownTask()): boolean {
  return (task.enclosingScope?.cancelMessage() ?? null) !== null;
}

/** Runs waits that no scope cancels; asyncio's `task.cancel()` reaches them. */
export function* shielded<T>(body: () => Coroutine<T>): Coroutine<T> {
  const task = ownTask();
  const shield = CancelStatus.shield(task);
  try {
    return yield* body();
  } finally {
    shield.lower();
  }
}

/** A cancel point and a schedule point. */
export function* passCheckpoint(): Coroutine<void> {
  void ownTask();
  yield null;
}

/** A cancel point: does nothing while nothing is cancelled. */
export function* passCancelPoint(): Coroutine<void> {
  if (isCancelDue()) yield null;
}

/** A schedule point. */
export function* passSchedulePoint(): Coroutine<void> {
  yield* shielded(passCheckpoint);
}

/** Lets the other tasks run, and raises `CancelledError` in a scope that is cancelled. */
export function checkpoint(): Operation<void> {
  return new Operation(passCheckpoint);
}

/** Raises `CancelledError` in a scope that is cancelled; else goes on at once. */
export function checkpointIfCancelled(): Operation<void> {
  return new Operation(passCancelPoint);
}

/** Lets the other tasks run, and takes no notice of scopes that are cancelled. */
export function cancelShieldedCheckpoint(): Operation<void> {
  return new Operation(passSchedulePoint);
}
