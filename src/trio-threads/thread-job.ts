/**
 * Functions that `toThread.runSync` runs, in their threads: one at a time in each, since it holds
 * the thread until it returns.
 */
import { InvalidArgumentError } from '../errors.js';
// Lets tokens arrive as their class.
import './far-entry.js';
import { isCoroutine, isPromiseLike } from '../loop/coroutine.js';

/** Which function runs here, for whom. */
export interface ThreadJob {
  /** Its number at its host. */
  readonly id: number;
  /** The name of the thread where the host task is. */
  readonly host: string;
}

let present: ThreadJob | null = null;

/** The job whose function is running; `null` outside of one. */
export function presentJob(): ThreadJob | null {
  return present;
}

/**
 * Runs one function. Called by the host.
 *
 * @param rest - its arguments and, last, the `ThreadJob`
 */
export function runJob(fn: (...args: unknown[]) => unknown, ...rest: unknown[]): unknown {
  const job = rest.pop() as ThreadJob;
  present = job;
  try {
    const returned = fn(...rest);
    if (isCoroutine(returned)) returned.return(undefined);
    else if (!isPromiseLike(returned)) return returned;
    else void Promise.resolve(returned).catch(() => undefined);
    throw new InvalidArgumentError(
      `toThread.runSync() expects a function that returns a value, but ${fn.name}() has to be ` +
        'awaited: call it in the run, or on a loop with nursery.startSoonOn()',
    );
  } finally {
    present = null;
  }
}
