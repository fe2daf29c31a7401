/**
 * Anything that can be awaited, begun so that it can be cancelled: what the bridges wait for when
 * they wait for a loop of this thread.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { outsideTask } from '../loop/context.js';
import type { Awaitable } from '../loop/coroutine.js';
import { getEventLoop } from '../loop/current-loop.js';
import { ensureFuture } from '../loop/ensure-future.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
// A program may import no other door: with this, its main thread has a loop by default.
import '../loop/host-event-loop.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';

/** Options of what waits on a loop. */
export interface LoopOption {
  /** On which loop it runs. Default: `getEventLoop()`. */
  readonly loop?: EventLoop;
}

/** Makes the thing to wait for, each time anew: a coroutine runs once only. */
export type MakeAwaitable<T> = () => Awaitable<T>;

/** @throws InvalidArgumentError; what `make` throws */
export function begin<T>(
  make: MakeAwaitable<T>,
  { loop = getEventLoop() }: LoopOption,
): Future<T> | ConcurrentFuture<T> {
  if (typeof make !== 'function') {
    throw new InvalidArgumentError(
      `fromAwaitable() expects a function that makes the awaitable, got ${show(make, -1)}`,
    );
  }
  return outsideTask(() => {
    const awaitable = make();
    return awaitable instanceof ConcurrentFuture ? awaitable : ensureFuture(awaitable, { loop });
  });
}
