/**
 * Calls on other threads' loops, as every bridge makes them: on one loop, or on whichever of a
 * coordinator has room; and the end of a call, which may come later than its outcome.
 */
import type { CoordinatorCalls } from '../coordinator/coordinator-calls.js';
import type { ConcurrentFuture } from '../threads/concurrent-future.js';
import { RemoteCall } from '../threads/remote-call.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../threads/remote-function.js';
import type { RemoteLoop } from '../threads/remote-loop.js';

/** Where calls go: one loop, or the coordinator's best; `with()` binds their options. */
export type CallTarget = RemoteLoop | CoordinatorCalls;

/** @throws as `runCoroutineThreadsafe` and `submit` */
export function callFar<F extends AnyFunction>(
  target: CallTarget,
  fn: RemoteFunction<F>,
  args: RemoteParameters<F>,
): ConcurrentFuture<RemoteResult<F>> {
  if ('submit' in target) return target.submit(fn, ...args);
  return target.runCoroutineThreadsafe(fn, ...args);
}

/** Who waits for an outcome; called once at most. */
export interface Outcome<T> {
  readonly value: (value: T) => void;
  readonly error: (error: unknown) => void;
}

/** Calls back with the outcome, at once where it arrives. */
export function whenSettled<T>(
  future: { addDoneCallback(callback: () => void): void; result(): T },
  { value, error }: Outcome<T>,
): void {
  future.addDoneCallback(() => {
    let result: T;
    try {
      result = future.result();
    } catch (reason) {
      error(reason);
      return;
    }
    value(result);
  });
}

/**
 * Cancels a call or other work, and calls back when its code has ended, wherever that runs: as a
 * rule a call is cancelled for its caller at once, but its code has `finally` blocks still to run.
 */
export function cancelFully(
  work: { cancel(): boolean; done(): boolean; addDoneCallback(callback: () => void): void },
  callback: () => void,
): void {
  if (work instanceof RemoteCall && work.isUnderWay) work.cancelCode();
  else work.cancel();
  if (work.done()) callback();
  else work.addDoneCallback(callback);
}
