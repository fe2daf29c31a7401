/**
 * Effects that wait for something else: a call on another thread's loop, or anything that a loop of
 * this thread can wait for. Interrupting the fiber cancels it, and the interruption is over when
 * the code has ended, wherever that runs.
 */
import { UnknownError } from 'effect/Cause';
import * as Effect from 'effect/Effect';
import { isCancelled } from '../../errors.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../../threads/remote-function.js';
import { begin } from '../awaited.js';
import type { LoopOption, MakeAwaitable } from '../awaited.js';
import { callFar, cancelFully, whenSettled } from '../far-call.js';
import type { CallTarget } from '../far-call.js';
import { failCall } from './call-error.js';
import type { CallError } from './call-error.js';

/**
 * Calls a remote function whenever the effect runs. Interruption reaches its code, a coroutine at
 * its `yield*`, and waits for its `finally` blocks; code that ignores it is given up after the
 * `graceMs` that `target.with()` binds, with its thread.
 *
 * @param target - a `RemoteLoop`, or a coordinator for whichever loop has room
 *
 * @example
 * const page = callOn(loop, tasks.crawl, url).pipe(Effect.timeout('1 second'));
 */
export function callOn<F extends AnyFunction>(
  target: CallTarget,
  fn: RemoteFunction<F>,
  ...args: RemoteParameters<F>
): Effect.Effect<RemoteResult<F>, CallError> {
  return waitFor(() => callFar(target, fn, args), failCall);
}

/**
 * Waits for a future, a coroutine or anything else that a loop can wait for, made anew whenever
 * the effect runs. What it throws is an UnknownError in the error channel, as for
 * `Effect.tryPromise`; a CancelledError is an interruption.
 *
 * @example
 * const answer = fromAwaitable(() => ask(question)); // a coroutine
 */
export function fromAwaitable<T>(
  make: MakeAwaitable<T>,
  options: LoopOption = {},
): Effect.Effect<T, UnknownError> {
  return waitFor(() => begin(make, options), failAwaitable);
}

function failAwaitable(error: unknown): Effect.Effect<never, UnknownError> {
  return isCancelled(error) ? Effect.interrupt : Effect.fail(new UnknownError(error));
}

interface Work<T> {
  addDoneCallback(callback: () => void): void;
  result(): T;
  cancel(): boolean;
  done(): boolean;
}

function waitFor<T, E>(
  start: () => Work<T>,
  fail: (error: unknown) => Effect.Effect<never, E>,
): Effect.Effect<T, E> {
  return Effect.callback<T, E>((resume) => {
    let work: Work<T>;
    try {
      work = start();
    } catch (error) {
      resume(fail(error));
      return undefined;
    }
    whenSettled(work, {
      value: (value) => resume(Effect.succeed(value)),
      error: (error) => resume(fail(error)),
    });
    return Effect.callback<void>((resumeEnd) => cancelFully(work, () => resumeEnd(Effect.void)));
  });
}
