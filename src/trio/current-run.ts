/**
 * The run of this thread, as far as others need to know it. At most one run is under way in a
 * thread; host code has it too, between the passes of a guest.
 */
import { NoRunningLoopError } from '../errors.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { registry } from '../loop/registry.js';
import type { TrioRun } from './trio-run.js';

/** The run of the calling thread, `null` when none is under way. */
function runOfThread(): TrioRun | null {
  return registry.trioRun as TrioRun | null;
}

/** @throws NoRunningLoopError outside a run */
export function currentRun(): TrioRun {
  const run = runOfThread();
  if (run !== null) return run;
  throw new NoRunningLoopError('no run is under way in this thread: start one with trio.run(main)');
}

/**
 * Milliseconds on the clock of the run; outside of one, on that of the running loop.
 *
 * @throws NoRunningLoopError
 */
export function currentTime(): number {
  return (runOfThread()?.loop ?? getRunningLoop()).time();
}
