/**
 * How debug mode runs a callback: with an eye on the time that it holds the loop up.
 * After asyncio's slow callback log.
 */
import { show } from '../errors.js';
import type { Handle } from './handle.js';
import { writeRecord } from './last-resort.js';

/** Runs a handle, and writes one line on standard error when that took too long. */
export function runAndTime(handle: Handle, limitMs: number): void {
  const { subject } = handle;
  const before = show(subject);
  const startMs = performance.now();
  handle.run();
  const durationMs = performance.now() - startMs;
  if (durationMs < limitMs) return;
  // A task has come to tell more by now; a handle has let go of its callback.
  const description = subject === handle ? before : show(subject);
  writeRecord(`Executing ${description} took ${(durationMs / 1000).toFixed(3)} seconds`);
}
