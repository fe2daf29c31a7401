/**
 * Futures: a result that is not there yet, on one loop. After `asyncio.Future`.
 *
 * Belongs to the thread of its loop. Done callbacks never run inside the call that settles the
 * future: they are scheduled on the loop, in the order in which they were added.
 *
 * | state     | moves to             | by                                          |
 * |-----------|----------------------|---------------------------------------------|
 * | pending   | finished             | `setResult`                                 |
 * |           | failed               | `setException`                              |
 * |           | cancelled            | `cancel`                                    |
 *
 * One that has failed prints as finished, as asyncio's does.
 */
import { CancelledError, InvalidStateError, isCancelled, show, showError } from '../errors.js';
import type { Suspension } from './coroutine.js';
import { getEventLoop } from './current-loop.js';
import { describeCreation, noteCreation } from './debug-stack.js';
import type { EventLoop } from './event-loop.js';
import { Failure } from './failure.js';
import { FutureWait } from './future-wait.js';
import { Handle } from './handle.js';
import type { Callback } from './handle.js';
import { printOnce, printsAsText } from './prints-as-text.js';
import { PromiseWait } from './promise-wait.js';
import { scheduleOn } from './runnable.js';
import type { Runnable } from './runnable.js';
import { reportUnlessRetrieved } from './unretrieved.js';
import { Waitable } from './waitable.js';
import { Waiter } from './waiter.js';
import type { FutureWatcher } from './waiter.js';

type DoneCallback<T> = (future: Future<T>) => unknown;

/** Options of `new Future()`. */
export interface FutureOptions {
  /** The loop that it belongs to. Default: `getEventLoop()`. */
  readonly loop?: EventLoop;
}

/** A result that is not there yet; a promise in shape, also for `yield*`. */
export class Future<T> extends Waitable<T> {
  static {
    printsAsText(this);
  }

  /** For loops: see `Suspension`. */
  threadloopAwaited = false;
  readonly #loop: EventLoop;
  #state: 'pending' | 'finished' | 'failed' | 'cancelled' = 'pending';
  /** What waits for the end. Mostly one, which stands here without an array around it. */
  #waiting: Runnable | Runnable[] | null = null;
  /** The result, or why there is none: one field, since futures are many. */
  #outcome: T | Failure | undefined;

  constructor(options: FutureOptions = {}) {
    super();
    this.#loop = options.loop ?? getEventLoop();
    if (this.#loop.getDebug()) noteCreation(this);
  }

  /** The loop that it belongs to. */
  getLoop(): EventLoop {
    return this.#loop;
  }

  done(): boolean {
    return this.#state !== 'pending';
  }

  cancelled(): boolean {
    return this.#state === 'cancelled';
  }

  /**
   * The result, at once.
   *
   * @throws whatever the future was failed with; CancelledError; InvalidStateError while pending
   */
  result(): T {
    if (this.#state === 'pending') throw new InvalidStateError('Result is not ready.');
    const failure = this.#retrieve();
    if (failure !== null) throw failure.reason;
    return this.#outcome as T;
  }

  /**
   * The error that it was failed with, `null` where there is a result.
   *
   * @throws CancelledError when it was cancelled; InvalidStateError while pending
   */
  exception(): unknown {
    if (this.#state === 'pending') throw new InvalidStateError('Exception is not set.');
    const failure = this.#retrieve();
    if (this.#state === 'cancelled') throw failure?.reason;
    return failure === null ? null : failure.reason;
  }

  /** @throws InvalidStateError unless pending */
  setResult(value: T): void {
    this.settleWithResult(value);
  }

  /**
   * Fails the future. A class of errors is instantiated.
   *
   * @throws InvalidStateError unless pending
   */
  setException(error: unknown): void {
    this.settleWithError(isErrorClass(error) ? new error() : error);
  }

  /** Cancels it; `false` when it is done already. Whoever waits gets `CancelledError(message)`. */
  cancel(message?: string): boolean {
    this.#retrieve();
    if (this.#state !== 'pending') return false;
    this.settleAsCancelled(new CancelledError(message));
    return true;
  }

  /**
   * Schedules `callback(future)` on the loop once the future is done, in the async context of
   * this call. On a future that is done, it is scheduled at once.
   */
  addDoneCallback(callback: DoneCallback<T>): void {
    this.addRunnable(new Handle(this.#loop, callback as Callback<unknown[]>, [this]));
  }

  /**
   * For those who write primitives: as `addDoneCallback`, but calls `watcher.onDone(future)`. Costs
   * a quarter, since it keeps no context.
   */
  addWaiter(watcher: FutureWatcher): void {
    this.addRunnable(new Waiter(watcher, this));
  }

  /** For tasks: schedules it once the future is done; every way to wait ends here. */
  addRunnable(runnable: Runnable): void {
    if (this.#state !== 'pending') this.#schedule(runnable);
    else if (this.#waiting === null) this.#waiting = runnable;
    else if (Array.isArray(this.#waiting)) this.#waiting.push(runnable);
    else this.#waiting = [this.#waiting, runnable];
  }

  /** For those who write primitives: takes a watcher, or what was added as runnable, back. */
  removeWaiter(waiting: object): void {
    this.#waiting = this.#allWaiting().filter(
      (each) => each !== waiting && !(each instanceof Waiter && each.watcher === waiting),
    );
  }

  /** For call graphs: the futures whose ends this one waits for. */
  awaits(): readonly Future<unknown>[] {
    return [];
  }

  /** Takes back every registration of `callback`; returns how many there were. */
  removeDoneCallback(callback: DoneCallback<T>): number {
    const before = this.#allWaiting();
    const after = before.filter((runnable) => userCallbackOf(runnable) !== callback);
    this.#waiting = after;
    return before.length - after.length;
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return new FutureWait(this);
  }

  override toString(): string {
    return printOnce(
      this,
      () => `<${this.constructor.name} ${this.describe()}${describeCreation(this)}>`,
    );
  }

  /** For stacks: the error, boxed; looking at it does not count as retrieving it. */
  protected get failure(): { readonly reason: unknown } | null {
    return this.#state === 'failed' ? this.#failureOrNull() : null;
  }

  protected describe(): string {
    if (this.#state === 'pending') return ['pending', ...this.describeCallbacks()].join(' ');
    if (this.#state === 'cancelled') return 'cancelled';
    return `finished ${this.describeOutcome()}`;
  }

  /** The callbacks that users have added: at most the first and the last by name. */
  protected describeCallbacks(): string[] {
    const callbacks = this.#allWaiting().map(userCallbackOf);
    const names = callbacks.flatMap((each) =>
      each === null ? [] : `${each.name || 'anonymous'}()`,
    );
    if (names.length > 2) names.splice(1, names.length - 2, `<${names.length - 2} more>`);
    return names.length === 0 ? [] : [`cb=[${names.join(', ')}]`];
  }

  protected describeOutcome(): string {
    const failure = this.#failureOrNull();
    if (failure === null) return `result=${show(this.#outcome)}`;
    return `exception=${showError(failure.reason)}`;
  }

  protected settleWithResult(value: T): void {
    this.#assertPending();
    this.#outcome = value;
    this.#state = 'finished';
    this.#settled();
  }

  protected settleWithError(reason: unknown): void {
    this.#assertPending();
    const failure = new Failure(reason);
    this.#outcome = failure;
    this.#state = 'failed';
    failure.unretrieved = reportUnlessRetrieved(this, this.#loop, reason);
    this.#settled();
  }

  protected settleAsCancelled(reason: CancelledError): void {
    this.#assertPending();
    this.#outcome = new Failure(reason);
    this.#state = 'cancelled';
    this.#settled();
  }

  protected override whenDone(wait: PromiseWait): void {
    this.#retrieve();
    if (this.#state !== 'pending') wait.run();
    else this.addRunnable(wait);
  }

  #assertPending(): void {
    if (this.#state === 'pending') return;
    const state = this.#state === 'cancelled' ? 'CANCELLED' : 'FINISHED';
    throw new InvalidStateError(`${state}: ${this.toString()}`);
  }

  #failureOrNull(): Failure | null {
    const isFailure = this.#state === 'failed' || this.#state === 'cancelled';
    return isFailure ? (this.#outcome as Failure) : null;
  }

  /** The error, if there is one; somebody has seen it now, or will. */
  #retrieve(): Failure | null {
    const failure = this.#failureOrNull();
    failure?.noteRetrieved();
    return failure;
  }

  #allWaiting(): Runnable[] {
    if (this.#waiting === null) return [];
    return Array.isArray(this.#waiting) ? this.#waiting : [this.#waiting];
  }

  #settled(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    if (Array.isArray(waiting)) for (const runnable of waiting) this.#schedule(runnable);
    else this.#schedule(waiting);
  }

  #schedule(runnable: Runnable): void {
    const loop = this.#loop;
    // A promise must be settled although the loop stands still: it may never run again.
    if (runnable instanceof PromiseWait && !loop.isRunning()) runnable.run();
    else if (!loop.isClosed()) scheduleOn(loop, runnable);
  }
}

function userCallbackOf(runnable: Runnable): Callback | null {
  return runnable instanceof Handle ? runnable.userCallback : null;
}

function isErrorClass(value: unknown): value is new () => Error {
  return typeof value === 'function' && value.prototype instanceof Error;
}

/** Whether a value is a future of this library, also of another copy of it. */
export function isFuture(value: unknown): value is Future<unknown> {
  return typeof value === 'object' && value !== null && 'threadloopAwaited' in value;
}

/** Whether waiting for it raises `CancelledError` now. */
export function endedCancelled(future: Future<unknown> | null): boolean {
  if (future === null || !future.done()) return false;
  return future.cancelled() || isCancelled(future.exception());
}
