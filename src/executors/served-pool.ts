/**
 * The pool of another thread's executor: the functions that `PoolInThread` calls in the thread
 * that it made. One pool in a thread.
 */
import type { ExecutorShutdownOptions } from '../loop/executor.js';
import type { FunctionAddress } from '../wire/message.js';
import { Counts } from './counts.js';
import type { FilledOptions } from './options.js';
import { Pool } from './pool.js';

let pool: Pool;

/** The first call of all: calls keep their order. */
export function openPool(options: FilledOptions, counts: SharedArrayBuffer): void {
  pool = new Pool(options, new Counts(counts));
}

/** Runs a job; a cancel of the call is a cancel of the job. */
export async function submitToPool(
  address: FunctionAddress,
  args: readonly unknown[],
  signal: AbortSignal,
): Promise<unknown> {
  const job = pool.submit(address, args);
  signal.addEventListener('abort', () => job.cancel((signal.reason as Error).message));
  return job;
}

/** As `Pool.shutdown`. */
export async function shutDownPool(options: ExecutorShutdownOptions): Promise<boolean> {
  return pool.shutdown(options);
}
