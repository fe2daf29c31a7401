/**
 * What stands in a ready queue: a handle, or a task whose next step is due.
 *
 * Futures and tasks keep what they will schedule from the beginning, so that scheduling makes no
 * object: of a million small tasks, most of the time goes into collecting garbage.
 */
import { bringsOwnScope } from './context.js';
import type { EventLoop } from './event-loop.js';

/** Something for a loop to run at the next tick, in a context of its own. */
export interface Runnable {
  /** Runs it, once for each time that it was scheduled. Never throws. */
  run(): void;
}

/** Schedules a runnable for the next tick of a loop, whoever wrote that loop. */
export function scheduleOn(loop: EventLoop, runnable: Runnable): void {
  if (loop.callRunnable === undefined) loop.callSoon(run, runnable);
  else loop.callRunnable(runnable);
}

/** What a loop hears of that only has `callSoon`. */
export const run: (runnable: Runnable) => void = bringsOwnScope(function run(runnable) {
  runnable.run();
});
