/**
 * The peer poolifier: a fixed pool that shares calls out by how much each thread has been used.
 * Both sides: in its threads this file serves the tasks.
 */
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { FixedThreadPool, ThreadWorker } from 'poolifier';
import type { Call, StartOptions } from '../contenders.js';
import { burn, increment, incrementOrExit } from '../tasks.js';

/** A number of threads, everything else as it comes. */
export function start({ threads, task }: StartOptions): Call {
  const pool = new FixedThreadPool<number, number>(threads, fileURLToPath(import.meta.url));
  return (value) => pool.execute(value, task);
}

if (!isMainThread) {
  // It refuses functions that declare what they are given.
  const served = { increment, burn, incrementOrExit };
  const entries = Object.entries(served).map(
    ([name, task]): [string, (value?: number) => number] => [name, (value) => task(value ?? 0)],
  );
  new ThreadWorker<number, number>(Object.fromEntries(entries));
}
