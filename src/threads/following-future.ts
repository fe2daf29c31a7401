/**
 * The outcome of a call on another thread's loop, as a future of a loop of this one.
 *
 * Result, error and cancellation are taken over; a cancel goes to both.
 */
import { InvalidArgumentError, isCancelled, show } from '../errors.js';
import { getEventLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future, isFuture } from '../loop/future.js';
import type { ConcurrentFuture } from './concurrent-future.js';

/**
 * A future of a loop that follows a `ConcurrentFuture`: where a future is needed, in `wait`,
 * `shield` or a done callback that runs on the loop. Cancelling either cancels the other. A future
 * of a loop is returned itself. After `asyncio.wrap_future`.
 *
 * @param options - `loop`: default `getEventLoop()`
 * @throws InvalidArgumentError when it is neither
 */
export function wrapFuture<T>(
  future: ConcurrentFuture<T> | Future<T>,
  { loop = getEventLoop() }: { readonly loop?: EventLoop } = {},
): Future<T> {
  if (isFuture(future)) return future;
  if (!isConcurrentFuture(future)) {
    throw new InvalidArgumentError(`a ConcurrentFuture is expected, got ${show(future, -1)}`);
  }
  const atNextTick = (follow: () => void): void => {
    if (!loop.isClosed()) loop.callSoonThreadsafe(follow);
  };
  return new FollowingFuture(future, { loop, schedule: atNextTick });
}

/** On which loop to follow, and when. */
export interface Following {
  readonly loop: EventLoop;
  /** Takes the outcome over. Default: at once. */
  readonly schedule?: (follow: () => void) => void;
}

/** What stands for a `ConcurrentFuture` on a loop. */
export class FollowingFuture<T> extends Future<T> {
  readonly #source: ConcurrentFuture<T>;

  constructor(source: ConcurrentFuture<T>, { loop, schedule = atOnce }: Following) {
    super({ loop });
    this.#source = source;
    const onDone = (): void => schedule(() => this.#follow());
    // Not by a callback that comes in a microtask, since none runs on a blocked thread.
    if (source.done()) onDone();
    else source.addDoneCallback(onDone);
  }

  override cancel(message?: string): boolean {
    const isCancelledNow = super.cancel(message);
    this.#source.cancel(message);
    return isCancelledNow;
  }

  #follow(): void {
    if (this.done() || this.getLoop().isClosed()) return;
    try {
      this.setResult(this.#source.result());
    } catch (error) {
      if (isCancelled(error)) super.cancel(error.message);
      else this.setException(error);
    }
  }
}

function atOnce(follow: () => void): void {
  follow();
}

/** Told by what it can do, also when another copy of this package made it. */
function isConcurrentFuture(value: unknown): value is ConcurrentFuture<unknown> {
  return typeof value === 'object' && value !== null && 'addDoneCallback' in value;
}
