/**
 * Waiting for any awaitable in the calling task: a coroutine runs inside it, not beside it.
 * What asyncio's `await` does.
 */
import { isCoroutine } from '../loop/coroutine.js';
import type { Awaitable, Coroutine } from '../loop/coroutine.js';
import { ensureFuture } from '../loop/ensure-future.js';
import { isOperation } from '../loop/operation.js';

/** Waits for a future, a promise, or a coroutine, which then is part of the calling task. */
export function* awaitInTask<T>(awaitable: Awaitable<T>): Coroutine<T> {
  if (isCoroutine(awaitable) || isOperation(awaitable)) return (yield* awaitable) as T;
  return yield* ensureFuture(awaitable);
}
