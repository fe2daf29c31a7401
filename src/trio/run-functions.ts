/**
 * What code asks of the run that it belongs to. On the thread of the run; between the passes of a
 * guest run its host may ask, too.
 */
import type { Task } from '../loop/task.js';
import type { AsyncFunction } from './async-function.js';
import { currentRun } from './current-run.js';
import type { TrioToken } from './entry-queue.js';
import type { Instrument } from './instruments.js';

/** How a run stands. */
export interface RunStatistics {
  /** Tasks that have not ended, those of the run itself too. */
  readonly tasksLiving: number;
  /** Tasks that will go on in the next pass. */
  readonly tasksRunnable: number;
  /** Milliseconds; negative when it has passed, `Infinity` when there is none. */
  readonly msToNextDeadline: number;
  /** Calls of `token.runSyncSoon` that wait. */
  readonly runSyncSoonQueueSize: number;
}

/**
 * How the run of this thread stands: a frozen record.
 *
 * @throws NoRunningLoopError outside a run
 */
export function currentStatistics(): RunStatistics {
  const run = currentRun();
  return Object.freeze({
    tasksLiving: run.livingCount,
    tasksRunnable: run.passes.runnableCount,
    msToNextDeadline: run.loop.nextDeadlineMs() - run.loop.time(),
    runSyncSoonQueueSize: run.entryQueue.size,
  });
}

/** The way into the run of this thread, for code outside of its tasks. */
export function currentTrioToken(): TrioToken {
  return currentRun().token;
}

/** The main task of the run; `null` until the run has made it. */
export function currentRootTask(): Task<unknown> | null {
  return currentRun().mainTask;
}

/**
 * Starts a task beside the main one, which is cancelled when that has ended. It has the async
 * context in which the run began. An error of it ends the run with `TrioInternalError`.
 */
export function spawnSystemTask<A extends unknown[]>(
  fn: AsyncFunction<A, unknown>,
  ...args: A
): Task<unknown> {
  return currentRun().spawnSystemTask(fn, args);
}

/** From now on the instrument is told what the scheduler does; twice does nothing. */
export function addInstrument(instrument: Instrument): void {
  currentRun().instruments.add(instrument);
}

/** @throws InvalidStateError when it was not added, or has been disabled */
export function removeInstrument(instrument: Instrument): void {
  currentRun().instruments.remove(instrument);
}
