/**
 * An operation of Effection as a future of a loop of this thread, on which tasks and scopes wait
 * for its end also when they are cancelled.
 */
import { run } from 'effection';
import type { Operation } from 'effection';
import { outsideTask } from '../../loop/context.js';
import { getEventLoop } from '../../loop/current-loop.js';
import type { Future } from '../../loop/future.js';
import { OutsideFuture } from '../../loop/outside-future.js';
import type { LoopOption } from '../awaited.js';

/**
 * Runs an operation, from now on; a future of its value, to be waited for with `await` or `yield*`.
 * Cancelling it halts the operation, and the future is done when that is: after its `finally`
 * blocks and those of all that it spawned. What they throw is the future's error then.
 *
 * @example
 * const size = yield* toFuture(() => download(url)); // in a coroutine of threadloop
 */
export function toFuture<T>(
  operation: () => Operation<T>,
  { loop = getEventLoop() }: LoopOption = {},
): Future<T> {
  // What the operation waits for is its own, not the calling task's.
  const task = outsideTask(() => run(operation));
  const future = new OutsideFuture<T>(loop, () => {
    task.halt().then(
      () => future.endCancelled(),
      (error: unknown) => future.endWithError(error),
    );
  });
  task.then(
    (value) => future.endWith(value),
    (error: unknown) => {
      // It was halted: how that went, the halt tells.
      if (!future.isStopping) future.endWithError(error);
    },
  );
  return future;
}
