/**
 * How debug mode runs a callback: with an eye on the time that it holds the loop up.
 * After asyncio's slow callback log.
 */
import { show } from '../errors.js';
import { Handle } from './handle.js';
import { writeRecord } from './last-resort.js';
import type { Runnable } from './runnable.js';

/** Runs it, and writes one line on standard error when that took too long. */
export function runAndTime(runnable: Runnable, limitMs: number): void {
  const subject = runnable instanceof Handle ? runnable.subject : runnable;
  const before = show(subject);
  const startMs = performance.now();
  runnable.run();
  const durationMs = performance.now() - startMs;
  if (durationMs < limitMs) return;
  // A task has come to tell more by now; a handle has let go of its callback.
  const description = subject instanceof Handle ? before : show(subject);
  writeRecord(`Executing ${description} took ${(durationMs / 1000).toFixed(3)} seconds`);
}
