/**
 * The peer workerpool: one call a thread at a time, one message each way.
 * Both sides: in its threads this file exposes the tasks.
 */
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import workerpool from 'workerpool';
import type { Call, StartOptions } from '../contenders.js';
import * as tasks from '../tasks.js';

/** A number of threads, everything else as it comes. */
export function start({ threads, task }: StartOptions): Call {
  const size = { minWorkers: threads, maxWorkers: threads };
  const pool = workerpool.pool(fileURLToPath(import.meta.url), { workerType: 'thread', ...size });
  return (value) => pool.exec(task, [value]);
}

if (!isMainThread) workerpool.worker({ ...tasks });
