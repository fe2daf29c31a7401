/**
 * A function that other threads call, with what is known of it before each call.
 * Belongs to the thread that has loaded it.
 */
import { isAsyncFunction } from '../loop/coroutine.js';
import type { AnyFunction } from './remote-function.js';

/** Set on functions whose calls belong to their callers, and end with them. */
const callerBound = Symbol('threadloop.callerBound');

/** Has the calls of a function be cancelled when the thread that made them is gone. */
export function boundToCaller<F extends AnyFunction>(fn: F): F {
  return Object.assign(fn, { [callerBound]: true });
}

/** Whether they are. */
export function isBoundToCaller(fn: object): boolean {
  return callerBound in fn;
}

/** Found out once for each function, since it is asked for at each call. */
export class LoadedFunction {
  readonly fn: (...args: unknown[]) => unknown;
  /** Whether it may return at once: whoever calls it need not make a task before. */
  readonly isPlain: boolean;
  /** See `boundToCaller`. */
  readonly isBoundToCaller: boolean;

  constructor(fn: AnyFunction) {
    this.fn = fn as (...args: unknown[]) => unknown;
    this.isPlain = !isAsyncFunction(fn);
    this.isBoundToCaller = isBoundToCaller(fn);
  }
}
