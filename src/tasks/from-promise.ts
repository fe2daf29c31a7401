/**
 * From a promise to a future of a loop. asyncio has no counterpart, since nothing there runs
 * outside of its loops; `ensure_future` and `wrap_future` are the nearest.
 */
import { CancelledError, InvalidArgumentError, isCancelled, show } from '../errors.js';
import { outsideTask } from '../loop/context.js';
import { isPromiseLike } from '../loop/coroutine.js';
import { getEventLoop } from '../loop/current-loop.js';
import { ensureFuture } from '../loop/ensure-future.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
import { OutsideFuture } from '../loop/outside-future.js';

/**
 * A future that follows a promise. Given the promise itself, a cancel only ends the wait: the work
 * goes on, and an error that comes too late goes to the loop's exception handler.
 *
 * Given a function, calls it at once with an `AbortSignal`. A cancel fires the signal, and the
 * future is done when the promise is: cancelled if that fails then with the signal's reason or any
 * other error that says "aborted", else with its result or error. So a promise that does not
 * listen cannot be cancelled.
 *
 * @param source - a promise, or a function that returns one
 * @param options - `loop`: default `getEventLoop()`
 * @throws InvalidArgumentError when it is neither; what a `BlockingEventLoop` throws, on which no
 *   promise settles
 *
 * @example
 * const page = fromPromise((signal) => fetch(url, { signal }));
 * page.cancel(); // the request is aborted
 */
export function fromPromise<T>(
  source: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>),
  { loop = getEventLoop() }: { readonly loop?: EventLoop } = {},
): Future<T> {
  if (typeof source === 'function' && !isPromiseLike(source)) return followCall(source, loop);
  if (isPromiseLike(source)) return ensureFuture(source as PromiseLike<T>, { loop });
  throw new InvalidArgumentError(
    `fromPromise() expects a promise, or a function that returns one, got ${show(source, -1)}`,
  );
}

function followCall<T>(start: (signal: AbortSignal) => PromiseLike<T>, loop: EventLoop): Future<T> {
  loop.refusePromise?.('A native promise');
  const abort = new AbortController();
  const future = new OutsideFuture<T>(loop, (message) => {
    abort.abort(new CancelledError(message));
  });
  const fail = (error: unknown): void => {
    if (isCancelled(error)) future.endCancelled(error);
    else if (future.isStopping && saysAborted(error)) future.endCancelled();
    else future.endWithError(error);
  };
  // Not as a wait of the calling task: the future is that.
  outsideTask(() => {
    try {
      Promise.resolve(start(abort.signal)).then((value) => future.endWith(value), fail);
    } catch (error) {
      fail(error);
    }
  });
  return future;
}

/** The web's `AbortError`, or Node's. */
function saysAborted(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === 'AbortError' || code === 'ABORT_ERR';
}
