/**
 * Waiting for time to pass, on the running loop.
 * After `asyncio.sleep`.
 */
import { InvalidArgumentError } from '../errors.js';
import type { Suspension } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future } from '../loop/future.js';
import type { Handle } from '../loop/handle.js';
import type { PromiseWait } from '../loop/promise-wait.js';
import type { Runnable } from '../loop/runnable.js';
import { TickWait } from '../loop/tick-wait.js';

/**
 * Waits `delayMs` milliseconds on the running loop and gives `result`. Zero or less waits for one
 * tick exactly, from the wait on; else the time counts from this call. A cancel point; cancelling
 * withdraws the timer.
 *
 * @throws InvalidArgumentError when `delayMs` is not a number; NoRunningLoopError
 */
export function sleep(delayMs: number): Future<undefined>;
export function sleep<T>(delayMs: number, result: T): Future<T>;
export function sleep<T>(delayMs: number, result?: T): Future<T | undefined> {
  if (typeof delayMs !== 'number' || Number.isNaN(delayMs)) {
    throw new InvalidArgumentError(`Invalid delay: ${String(delayMs)} (not a number)`);
  }
  const loop = getRunningLoop();
  return delayMs <= 0 ? new NextTick(loop, result) : new SleepFuture(loop, delayMs, result);
}

class SleepFuture<T> extends Future<T> {
  readonly #timer: Handle;

  constructor(loop: EventLoop, delayMs: number, result: T) {
    super({ loop });
    this.#timer = loop.callLater(delayMs, wakeUp<T>, this, result);
  }

  override cancel(message?: string): boolean {
    this.#timer.cancel();
    return super.cancel(message);
  }
}

/** Orders a callback only for those who need one: a coroutine just yields once. */
class NextTick<T> extends Future<T> {
  readonly #result: T;
  #isOrdered = false;

  constructor(loop: EventLoop, result: T) {
    super({ loop });
    this.#result = result;
  }

  override addRunnable(runnable: Runnable): void {
    super.addRunnable(runnable);
    if (this.#isOrdered) return;
    this.#isOrdered = true;
    this.getLoop().callSoon(wakeUp<T>, this, this.#result);
  }

  override [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return new TickWait(this);
  }

  /** For `TickWait`: the tick has passed. */
  endTick(): T {
    wakeUp(this, this.#result);
    return this.result();
  }

  protected override whenDone(wait: PromiseWait): void {
    if (this.done()) wait.run();
    else this.getLoop().callSoon(wakeUpAndTell<T>, this, this.#result, wait);
  }
}

function wakeUp<T>(future: Future<T>, result: T): void {
  if (!future.done()) future.setResult(result);
}

function wakeUpAndTell<T>(future: Future<T>, result: T, wait: PromiseWait): void {
  wakeUp(future, result);
  wait.run();
}
