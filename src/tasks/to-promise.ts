/**
 * From anything that can be awaited to a native promise, for code that knows of no loops. Whoever
 * waits for it is no task that could be cancelled there, so it takes a signal instead.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { outsideTask } from '../loop/context.js';
import type { Awaitable } from '../loop/coroutine.js';
import { getEventLoop } from '../loop/current-loop.js';
import { ensureFuture } from '../loop/ensure-future.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Waitable } from '../loop/waitable.js';

/** Options of `toPromise()`. */
export interface ToPromiseOptions {
  /** Cancels the work when it fires; the promise then fails with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Which runs a coroutine. Default: `getEventLoop()`. */
  readonly loop?: EventLoop;
}

/**
 * A native promise for a future, a call on another loop, a coroutine, an operation or any other
 * promise; a coroutine starts as a task. Unlike an `await` of the thing itself, waiting for the
 * promise is no wait of the calling task: only `signal` cancels the work. The promise settles when
 * the work has ended, so a coroutine may clean up first, and may refuse.
 *
 * @throws InvalidArgumentError when it is nothing to wait for; DifferentLoopError
 *
 * @example
 * await toPromise(crawl(url), { signal: AbortSignal.timeout(500) });
 */
export function toPromise<T>(
  awaitable: Awaitable<T>,
  { signal, loop = getEventLoop() }: ToPromiseOptions = {},
): Promise<T> {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError(
      `option 'signal' has to be an AbortSignal, got ${show(signal, -1)}`,
    );
  }
  // A call on another loop takes a cancel itself; a future that followed it would not pass it on.
  const work = awaitable instanceof Waitable ? awaitable : ensureFuture(awaitable, { loop });
  return outsideTask(() => follow(work as Waitable<T>, signal));
}

async function follow<T>(work: Waitable<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let isAborted = false;
  const onAbort = (): void => {
    const { reason } = signal as { readonly reason: unknown };
    isAborted = work.cancel(reason instanceof Error ? reason.message : undefined);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work;
  } catch (error) {
    if (isAborted && wasCancelled(work)) throw signal.reason;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function wasCancelled(work: object): boolean {
  return 'cancelled' in work && (work as { cancelled(): boolean }).cancelled();
}
