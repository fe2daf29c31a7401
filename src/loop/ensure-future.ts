/**
 * From anything that can be awaited to a future of one loop.
 * After `asyncio.ensure_future`.
 */
import { DifferentLoopError, InvalidArgumentError, isCancelled, show } from '../errors.js';
import { isCoroutine, isCoroutineFunction, isPromiseLike } from './coroutine.js';
import type { Awaitable } from './coroutine.js';
import { getEventLoop } from './current-loop.js';
import type { EventLoop } from './event-loop.js';
import { isFuture } from './future.js';
import type { Future } from './future.js';
import { isOperation } from './operation.js';

/**
 * A future stays itself, a coroutine becomes a task, and any other promise is followed by a new
 * future. Cancelling that one does not stop the work behind the promise; an error that then comes
 * too late goes to the loop's exception handler.
 *
 * @throws DifferentLoopError for a future of another loop; InvalidArgumentError for anything else
 */
export function ensureFuture<T>(
  awaitable: Awaitable<T>,
  { loop = getEventLoop() }: { readonly loop?: EventLoop } = {},
): Future<T> {
  if (isFuture(awaitable)) {
    assertSameLoop(awaitable, loop);
    return awaitable as Future<T>;
  }
  if (isCoroutine(awaitable)) return loop.createTask(awaitable);
  if (isOperation(awaitable)) return loop.createTask(awaitable[Symbol.iterator]()) as Future<T>;
  if (isPromiseLike(awaitable)) return followPromise(awaitable, loop);
  const hint = isCoroutineFunction(awaitable) ? ': call the generator function' : '';
  throw new InvalidArgumentError(
    `A Future, a coroutine or an awaitable is required, got ${show(awaitable, -1)}${hint}`,
  );
}

/** @throws DifferentLoopError */
export function assertSameLoop(future: Future<unknown>, loop: EventLoop): void {
  if (future.getLoop() === loop) return;
  throw new DifferentLoopError(
    'The future belongs to a different loop than the one specified as the loop argument',
  );
}

function followPromise<T>(promise: PromiseLike<T>, loop: EventLoop): Future<T> {
  loop.refusePromise?.('A native promise');
  const future = loop.createFuture<T>();
  const fail = (exception: unknown): void => {
    if (loop.isClosed()) return;
    if (isCancelled(exception)) future.cancel(exception.message);
    else if (!future.done()) future.setException(exception);
    else {
      const message = 'A promise failed after its future was cancelled';
      loop.callExceptionHandler({ message, exception, future });
    }
  };
  promise.then((value) => {
    if (!future.done() && !loop.isClosed()) future.setResult(value);
  }, fail);
  return future;
}
