/**
 * One call on another thread's loop, or one wait on a loop of this thread, as an Observable: cold,
 * of one item. Unsubscribing cancels; as nothing in RxJS can wait for a teardown, nobody does.
 */
import { Observable } from 'rxjs';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../../threads/remote-function.js';
import { begin } from '../awaited.js';
import type { LoopOption, MakeAwaitable } from '../awaited.js';
import { callFar, whenSettled } from '../far-call.js';
import type { CallTarget } from '../far-call.js';

/**
 * Calls a remote function for each subscriber, with the same arguments. The error is that of the
 * call: what the function threw, or LoopDiedError and its kin.
 *
 * @param target - a `RemoteLoop`, or a coordinator for whichever loop has room
 *
 * @example
 * const page$ = callOn(loop, tasks.crawl, url).pipe(retry(2));
 */
export function callOn<F extends AnyFunction>(
  target: CallTarget,
  fn: RemoteFunction<F>,
  ...args: RemoteParameters<F>
): Observable<RemoteResult<F>> {
  return observe(() => callFar(target, fn, args));
}

/**
 * Waits for a future, a coroutine or anything else that a loop can wait for, made anew for each
 * subscriber.
 *
 * @example
 * const answer$ = fromAwaitable(() => ask(question)); // a coroutine
 */
export function fromAwaitable<T>(make: MakeAwaitable<T>, options: LoopOption = {}): Observable<T> {
  return observe(() => begin(make, options));
}

interface Work<T> {
  addDoneCallback(callback: () => void): void;
  result(): T;
  cancel(): boolean;
}

function observe<T>(start: () => Work<T>): Observable<T> {
  // What `start` throws, RxJS gives to the subscriber.
  return new Observable<T>((subscriber) => {
    const work = start();
    whenSettled(work, {
      value: (value) => {
        subscriber.next(value);
        subscriber.complete();
      },
      error: (error) => {
        if (!subscriber.closed) subscriber.error(error);
      },
    });
    return () => void work.cancel();
  });
}
