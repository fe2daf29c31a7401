/**
 * Debug mode's warning about callbacks that held a loop up.
 * After asyncio's slow callback log.
 */
import { writeRecord } from './last-resort.js';

/** Writes one line on standard error when a callback took too long. */
export function reportIfSlow(description: string, durationMs: number, limitMs: number): void {
  if (durationMs < limitMs) return;
  writeRecord(`Executing ${description} took ${(durationMs / 1000).toFixed(3)} seconds`);
}
