/**
 * The peer synckit: a function that blocks its caller until a thread has answered.
 * Both sides: in its thread this file exposes the task.
 */
import { isMainThread } from 'node:worker_threads';
import { createSyncFn, runAsWorker } from 'synckit';
import { increment } from '../tasks.js';

/** One thread, everything else as it comes. */
export function start(): (value: number) => number {
  return createSyncFn<typeof increment>(new URL(import.meta.url));
}

if (!isMainThread) runAsWorker(increment);
