/**
 * The last lines that worker threads print, when a program ends by itself.
 *
 * Node brings them to the main thread by messages, and ends without having read those that are
 * there. So the program goes on for a moment when it has nothing to do any more, and for further
 * ones as long as lines come. `process.exit()` still loses them.
 */
import type { Worker } from 'node:worker_threads';

/** Milliseconds that the next line has to come. A guess, safe to change. */
const momentMs = 5;

let chunkCount = 0;
let seenCount = -1;
let isWaiting = false;

/** Has what that thread prints be read before the program ends. */
export function readLastLines({ stdout, stderr }: Worker): void {
  for (const output of [stdout, stderr]) output.on('data', () => (chunkCount += 1));
  if (isWaiting) return;
  isWaiting = true;
  process.on('beforeExit', waitForMore);
}

/** Node asks again after each moment. */
function waitForMore(): void {
  if (chunkCount === seenCount) return;
  seenCount = chunkCount;
  setTimeout(() => undefined, momentMs);
}
