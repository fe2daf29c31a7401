/**
 * How debug mode runs a callback: with an eye on the time that it holds the loop up, and knowing
 * what runs, for reports that would not tell where they come from.
 * After asyncio's slow callback log, and the `handle_traceback` of its reports.
 */
import { show } from '../errors.js';
import { creationDetails } from './debug-stack.js';
import { Handle } from './handle.js';
import { writeRecord } from './last-resort.js';
import type { Runnable } from './runnable.js';
import { Waiter } from './waiter.js';

let running: Runnable | null = null;

/** In debug mode: the stack of the creation of what the loop of this thread runs now. */
export function handleDetails(): { readonly handleTraceback?: string } {
  const { sourceTraceback } = running === null ? {} : creationDetails(running);
  return sourceTraceback === undefined ? {} : { handleTraceback: sourceTraceback };
}

/** Runs it, and writes one line on standard error when that took too long. */
export function runAndTime(runnable: Runnable, limitMs: number): void {
  const subject = subjectOf(runnable);
  const before = show(subject);
  const startMs = performance.now();
  const outer = running;
  running = runnable;
  try {
    runnable.run();
  } finally {
    running = outer;
  }
  const durationMs = performance.now() - startMs;
  if (durationMs < limitMs) return;
  // A task has come to tell more by now; a handle has let go of its callback.
  const description = subject instanceof Handle ? before : show(subject);
  writeRecord(`Executing ${description} took ${(durationMs / 1000).toFixed(3)} seconds`);
}

/** What takes the time, for people. */
function subjectOf(runnable: Runnable): object {
  if (runnable instanceof Waiter) return runnable.watcher;
  return runnable instanceof Handle ? runnable.subject : runnable;
}
