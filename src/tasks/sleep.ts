/**
 * Waiting for time to pass, on the running loop.
 * After `asyncio.sleep`.
 */
import { InvalidArgumentError } from '../errors.js';
import { getRunningLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future } from '../loop/future.js';
import type { Handle } from '../loop/handle.js';

/**
 * Waits `delayMs` milliseconds on the running loop and gives `result`. Zero or less waits for one
 * tick exactly. The time counts from this call. A cancel point; cancelling withdraws the timer.
 *
 * @throws InvalidArgumentError when `delayMs` is not a number; NoRunningLoopError
 */
export function sleep(delayMs: number): Future<undefined>;
export function sleep<T>(delayMs: number, result: T): Future<T>;
export function sleep<T>(delayMs: number, result?: T): Future<T | undefined> {
  if (typeof delayMs !== 'number' || Number.isNaN(delayMs)) {
    throw new InvalidArgumentError(`Invalid delay: ${String(delayMs)} (not a number)`);
  }
  return new SleepFuture(getRunningLoop(), delayMs, result);
}

class SleepFuture<T> extends Future<T> {
  readonly #timer: Handle;

  constructor(loop: EventLoop, delayMs: number, result: T) {
    super({ loop });
    this.#timer =
      delayMs <= 0
        ? loop.callSoon(wakeUp<T>, this, result)
        : loop.callLater(delayMs, wakeUp<T>, this, result);
  }

  override cancel(message?: string): boolean {
    this.#timer.cancel();
    return super.cancel(message);
  }
}

function wakeUp<T>(future: Future<T>, result: T): void {
  if (!future.done()) future.setResult(result);
}
