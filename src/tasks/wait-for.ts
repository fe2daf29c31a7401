/**
 * Waiting with a limit of time, and cancelling what takes too long.
 * After `asyncio.wait_for`.
 */
import { isCancelled, TimeoutError } from '../errors.js';
import { assertTimeOrNull } from '../loop/check-arguments.js';
import type { Awaitable, Coroutine } from '../loop/coroutine.js';
import { ensureFuture } from '../loop/ensure-future.js';
import type { Future } from '../loop/future.js';
import { Operation } from '../loop/operation.js';
import { awaitInTask } from './await-in-task.js';
import { timeout } from './timeout.js';

/**
 * Waits for an awaitable for at most `timeoutMs` milliseconds; `null` waits without a limit. A
 * coroutine runs in the calling task. When the time is up it is cancelled, and the wait ends when
 * it has ended: a value that it returns all the same is returned.
 *
 * @throws TimeoutError, caused by the CancelledError; what the awaitable throws;
 *   InvalidArgumentError when it cannot be waited for, or `timeoutMs` is no number
 */
export function waitFor<T>(awaitable: Awaitable<T>, timeoutMs: number | null): Operation<T> {
  assertTimeOrNull(timeoutMs, 'waitFor', 'timeoutMs');
  return new Operation(() =>
    timeoutMs !== null && timeoutMs <= 0
      ? waitNoTime(awaitable)
      : timeout(timeoutMs, () => awaitInTask(awaitable))[Symbol.iterator](),
  );
}

/** No time at all: only what is done already is taken; a coroutine does not even begin. */
function* waitNoTime<T>(awaitable: Awaitable<T>): Coroutine<T> {
  const future = ensureFuture(awaitable);
  if (future.done()) return future.result();
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    if (isCancelled(error)) throw new TimeoutError('The time is up', { cause: error });
    throw error;
  }
}

function* cancelAndWait(future: Future<unknown>): Coroutine<void> {
  const ended = future.getLoop().createFuture<undefined>();
  const end = (): void => {
    if (!ended.done()) ended.setResult(undefined);
  };
  future.addDoneCallback(end);
  try {
    future.cancel();
    yield* ended;
  } finally {
    future.removeDoneCallback(end);
  }
}
