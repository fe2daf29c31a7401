/**
 * The peer Tinypool, which comes from Piscina: several calls a thread at a time.
 * In the calling thread; its threads load the tasks by themselves.
 */
import { Tinypool } from 'tinypool';
import type { Call, StartOptions } from '../contenders.js';

/** Tuned for short calls. */
export function start({ threads, task, depth }: StartOptions): Call {
  const filename = new URL('../tasks.js', import.meta.url).href;
  const size = { minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: depth };
  const pool = new Tinypool({ filename, name: task, ...size });
  return (value) => pool.run(value) as Promise<number>;
}
