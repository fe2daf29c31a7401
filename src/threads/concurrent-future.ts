/**
 * The outcome of a call on another thread's loop. After `concurrent.futures.Future`.
 *
 * It belongs to no loop: any code of the thread that made the call may wait for it, with `await`
 * or `yield*`. Done callbacks run where the answer arrives, in the order in which they were added.
 *
 * | state     | moves to             | by                                      |
 * |-----------|----------------------|-----------------------------------------|
 * | pending   | finished, cancelled  | the answer; `cancel()`; a loop's death  |
 * | finished  | –                    |                                         |
 * | cancelled | –                    |                                         |
 */
import { CancelledError, isCancelled, show, showError, TimeoutError } from '../errors.js';
import type { Suspension } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { reportTo } from '../loop/exception-handler.js';
import { Failure } from '../loop/failure.js';
import { printsAsText } from '../loop/prints-as-text.js';
import { PromiseWait } from '../loop/promise-wait.js';
import { registry } from '../loop/registry.js';
import { reportUnlessRetrieved } from '../loop/unretrieved.js';
import { Waitable } from '../loop/waitable.js';
import { checkTimeout } from '../shared/check-timeout.js';
import {
  blockUntil,
  checkInterrupted,
  deadlock,
  isHeldBack,
  whenUnblocked,
} from './blocking-wait.js';
import { checkCancelled } from './check-cancelled.js';
import { FollowingFuture } from './following-future.js';

type DoneCallback<T> = (future: ConcurrentFuture<T>) => unknown;

/** A promise in shape for something that happens on another thread. */
export class ConcurrentFuture<T> extends Waitable<T> {
  static {
    printsAsText(this);
  }

  #state: 'pending' | 'finished' | 'failed' | 'cancelled' = 'pending';
  /** The result, or why there is none: one field, since a thread may hold many futures. */
  #outcome: T | Failure | undefined;
  /** Mostly one, which stands here without an array around it. */
  #waiting: Waiting | Waiting[] | null = null;
  #isWaitedFor = false;

  /** Follows a native promise; cancelling does not stop the work behind it. */
  static from<T>(promise: PromiseLike<T>): ConcurrentFuture<T> {
    const future = new ConcurrentFuture<T>();
    promise.then(
      (value) => future.setResult(value),
      (error: unknown) => future.setException(error),
    );
    return future;
  }

  done(): boolean {
    return this.#state !== 'pending';
  }

  cancelled(): boolean {
    return this.#state === 'cancelled';
  }

  /**
   * The result, for code that is not asynchronous: **blocks the calling thread** until it is there.
   * Nothing else runs on this thread meanwhile, neither its loop nor Node: async code waits with
   * `await` or `yield*` instead. Calls from other threads that arrive meanwhile, and callbacks of
   * other futures, run when the thread turns again.
   *
   * In a call from another thread it is a cancel point, by `checkCancelled()`, and so is a shutdown
   * that cancels: the wait ends, and what was waited for is cancelled, too.
   *
   * @param timeoutMs - how long to block, from 0 up. Default: until it is there
   * @throws what the call threw; CancelledError; TimeoutError when the time is over, and the call
   *   goes on; DeadlockError when only this very thread could bring the result, be
   *   it by way of others that block for it; LoopDiedError when
   *   the other thread dies meanwhile
   */
  result(timeoutMs: number = Infinity): T {
    if (this.#state === 'pending') this.#block(timeoutMs);
    this.#noteRetrieved();
    if (this.#outcome instanceof Failure) throw this.#outcome.reason;
    return this.#outcome as T;
  }

  /**
   * Cancels the call: whoever waits gets `CancelledError(message)` now, and the code on the other
   * side gets it at its next wait. `false` when it is done already.
   */
  cancel(message?: string): boolean {
    if (this.#state !== 'pending') return false;
    this.#settle('cancelled', new Failure(new CancelledError(message)));
    return true;
  }

  /** Calls `callback(future)` once it is done; in a microtask if it is done already. */
  addDoneCallback(callback: DoneCallback<T>): void {
    if (this.#state === 'pending') this.#add(callback);
    else queueMicrotask(() => runDoneCallback(callback, this));
  }

  /** For those who make the answers. An answer that comes after a cancel is dropped. */
  setResult(value: T): void {
    if (this.#state !== 'pending') return;
    this.#settle('finished', value);
  }

  /** As `setResult`; an error that means "cancelled" cancels. */
  setException(reason: unknown): void {
    if (this.#state !== 'pending') return;
    const failure = new Failure(reason);
    this.#settle(isCancelled(reason) ? 'cancelled' : 'failed', failure);
    if (this.#isWaitedFor || this.cancelled()) return;
    failure.unretrieved = reportUnlessRetrieved(this, loopOfThread(), reason);
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return new FollowingFuture(this, { loop: getRunningLoop() })[Symbol.iterator]();
  }

  override toString(): string {
    const isFinished = this.#state === 'finished' || this.#state === 'failed';
    const state = isFinished ? `finished ${this.#describeOutcome()}` : this.#state;
    return `<ConcurrentFuture ${state}>`;
  }

  protected override whenDone(wait: PromiseWait): void {
    this.#noteRetrieved();
    if (this.#state === 'pending') this.#add(wait);
    else wait.run();
  }

  /** Throws when it cannot be settled while this thread is blocked, as it is for so long. */
  protected assertCanBlock(_blockedMs: number): void {
    throw deadlock(this.toString(), 'it is settled by code of this very thread, which cannot run');
  }

  #block(timeoutMs: number): void {
    checkTimeout(timeoutMs);
    this.#noteRetrieved();
    const isDone = (): boolean => this.done();
    const assertPossible = (blockedMs: number): void => {
      this.#followCaller();
      this.assertCanBlock(blockedMs);
    };
    if (blockUntil({ isDone, timeoutMs, assertPossible })) return;
    throw new TimeoutError(`${this.toString()} was not done within ${timeoutMs} ms`);
  }

  /** Whoever has cancelled the code that blocks here no longer wants this either. */
  #followCaller(): void {
    try {
      checkInterrupted();
      checkCancelled();
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  #describeOutcome(): string {
    const outcome = this.#outcome;
    if (!(outcome instanceof Failure)) return `result=${show(outcome)}`;
    return `exception=${showError(outcome.reason)}`;
  }

  #noteRetrieved(): void {
    this.#isWaitedFor = true;
    if (this.#outcome instanceof Failure) this.#outcome.noteRetrieved();
  }

  #add(waiting: Waiting): void {
    if (this.#waiting === null) this.#waiting = waiting;
    else if (Array.isArray(this.#waiting)) this.#waiting.push(waiting);
    else this.#waiting = [this.#waiting, waiting];
  }

  #settle(state: 'finished' | 'failed' | 'cancelled', outcome: T | Failure): void {
    this.#state = state;
    this.#outcome = outcome;
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    if (!isHeldBack()) runWaiting(waiting, this);
    else whenUnblocked(() => runWaiting(waiting, this), null);
  }
}

/** Unlike `getEventLoop()`, makes none: threads that only block have no loop. */
function loopOfThread(): EventLoop | null {
  return registry.running ?? registry.current;
}

type Waiting = ((future: never) => unknown) | PromiseWait;

function runWaiting(waiting: Waiting | Waiting[], future: object): void {
  if (Array.isArray(waiting)) for (const each of waiting) runWaiting(each, future);
  else if (waiting instanceof PromiseWait) waiting.run();
  else runDoneCallback(waiting, future);
}

function runDoneCallback(callback: (future: never) => unknown, future: object): void {
  try {
    callback(future as never);
  } catch (exception) {
    const message = `Exception in callback ${callback.name || 'anonymous'}()`;
    reportTo(loopOfThread(), { message, exception, future });
  }
}
