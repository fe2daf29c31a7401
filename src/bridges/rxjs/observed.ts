/**
 * Observables for code that waits: as an async iterable, also for another thread, and as a future
 * of a loop.
 */
import { last } from 'rxjs';
import type { Observable } from 'rxjs';
import { getEventLoop } from '../../loop/current-loop.js';
import type { Future } from '../../loop/future.js';
import { OutsideFuture } from '../../loop/outside-future.js';
import { PushStream } from '../../tasks/push-stream.js';
import type { PushStreamOptions } from '../../tasks/push-stream.js';
import type { LoopOption } from '../awaited.js';

/**
 * The items of an Observable, for `for await`, or as an argument of a call: then the other thread
 * reads them from here. Subscribes with the first item that is asked for. An Observable cannot be
 * slowed down, so what is not read yet is kept, up to a bound: see the options, also for one that
 * emits more than that at once. Leaving the loop early unsubscribes, and so does a cancel while
 * waiting.
 *
 * @throws InvalidArgumentError when an option is out of range
 *
 * @example
 * await loop.runCoroutineThreadsafe(tasks.sum, toAsyncIterable(prices$));
 */
export function toAsyncIterable<T>(
  observable: Observable<T>,
  options: PushStreamOptions = {},
): PushStream<T> {
  return new PushStream<T>(({ push, end, fail }) => {
    const subscription = observable.subscribe({ next: push, error: fail, complete: end });
    return () => subscription.unsubscribe();
  }, options);
}

/**
 * Subscribes now; a future of the last item, as `lastValueFrom`. Cancelling it unsubscribes.
 *
 * @throws by the future: the Observable's error; RxJS's EmptyError when there was no item
 */
export function toFuture<T>(
  observable: Observable<T>,
  { loop = getEventLoop() }: LoopOption = {},
): Future<T> {
  const future = new OutsideFuture<T>(loop, () => {
    subscription.unsubscribe();
    future.endCancelled();
  });
  const subscription = observable.pipe(last()).subscribe({
    next: (value) => future.endWith(value),
    error: (error) => future.endWithError(error),
  });
  return future;
}
