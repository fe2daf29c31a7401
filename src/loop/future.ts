/**
 * Futures: a result that is not there yet, on one loop. After `asyncio.Future`.
 *
 * Belongs to the thread of its loop. Done callbacks never run inside the call that settles the
 * future: they are scheduled on the loop, in the order in which they were added.
 *
 * | state     | moves to             | by                                          |
 * |-----------|----------------------|---------------------------------------------|
 * | pending   | finished, cancelled  | `setResult`, `setException`; `cancel`       |
 * | finished  | –                    |                                             |
 * | cancelled | –                    |                                             |
 */
import type { AsyncResource } from 'node:async_hooks';
import { CancelledError, InvalidStateError, isCancelled, show, showError } from '../errors.js';
import { bringsOwnScope, captureScope } from './context.js';
import type { Suspension } from './coroutine.js';
import { getEventLoop } from './current-loop.js';
import { describeCreation, noteCreation } from './debug-stack.js';
import type { EventLoop } from './event-loop.js';
import { FutureWait } from './future-wait.js';
import { printOnce, printsAsText } from './prints-as-text.js';
import { reportUnlessRetrieved } from './unretrieved.js';
import type { Unretrieved } from './unretrieved.js';
import { Waitable } from './waitable.js';

type DoneCallback<T> = (future: Future<T>) => unknown;

interface Registration {
  /** Takes this future; `never` keeps `Future<T>` covariant, as a promise is. */
  readonly callback: (future: never) => unknown;
  /** `null` for our own callbacks, which bring their context themselves. */
  readonly scope: AsyncResource | null;
  /** Whether it only settles a native promise. */
  readonly isNative: boolean;
  /** What one of our own callbacks is called with, before the future. */
  readonly subject: unknown;
}

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
  #state: 'pending' | 'finished' | 'cancelled' = 'pending';
  #callbacks: Registration[] | null = null;
  #value: T | undefined;
  /** Boxed, since anything can be thrown, `undefined` too. */
  #error: { readonly reason: unknown } | null = null;
  #unretrieved: Unretrieved | null = null;

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
    this.#noteRetrieved();
    if (this.#error !== null) throw this.#error.reason;
    return this.#value as T;
  }

  /**
   * The error that it was failed with, `null` where there is a result.
   *
   * @throws CancelledError when it was cancelled; InvalidStateError while pending
   */
  exception(): unknown {
    if (this.#state === 'pending') throw new InvalidStateError('Exception is not set.');
    this.#noteRetrieved();
    if (this.#state === 'cancelled') throw this.#error?.reason;
    return this.#error === null ? null : this.#error.reason;
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
    this.#noteRetrieved();
    if (this.#state !== 'pending') return false;
    this.settleAsCancelled(new CancelledError(message));
    return true;
  }

  /**
   * Schedules `callback(future)` on the loop once the future is done, in the async context of
   * this call. On a future that is done, it is scheduled at once.
   */
  addDoneCallback(callback: DoneCallback<T>): void {
    this.#add({ callback, scope: captureScope(), isNative: false, subject: null });
  }

  /**
   * For those who write primitives: as `addDoneCallback`, but calls `wake(subject, future)`, and
   * `wake` has to be marked with `bringsOwnScope`. Costs less, since it keeps no context.
   */
  addWaiter<S>(wake: (subject: S, future: Future<T>) => unknown, subject: S): void {
    this.#add({ callback: wake as never, scope: null, isNative: false, subject });
  }

  /** For those who write primitives: takes back every `addWaiter` of the subject. */
  removeWaiter(subject: object): void {
    this.#callbacks = this.#callbacks?.filter((entry) => entry.subject !== subject) ?? null;
  }

  /** For call graphs: the futures whose ends this one waits for. */
  awaits(): readonly Future<unknown>[] {
    return [];
  }

  /** Takes back every registration of `callback`; returns how many there were. */
  removeDoneCallback(callback: DoneCallback<T>): number {
    const before = this.#callbacks ?? [];
    this.#callbacks = before.filter((entry) => entry.callback !== callback);
    return before.length - this.#callbacks.length;
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
    return this.#state === 'finished' ? this.#error : null;
  }

  protected describe(): string {
    if (this.#state === 'pending') return ['pending', ...this.describeCallbacks()].join(' ');
    if (this.#state === 'cancelled') return 'cancelled';
    return `finished ${this.describeOutcome()}`;
  }

  /** The callbacks that users have added: at most the first and the last by name. */
  protected describeCallbacks(): string[] {
    const own = this.#callbacks?.filter(({ scope }) => scope !== null) ?? [];
    const names = own.map(({ callback }) => `${callback.name || 'anonymous'}()`);
    if (names.length > 2) names.splice(1, names.length - 2, `<${names.length - 2} more>`);
    return names.length === 0 ? [] : [`cb=[${names.join(', ')}]`];
  }

  protected describeOutcome(): string {
    if (this.#error === null) return `result=${show(this.#value)}`;
    return `exception=${showError(this.#error.reason)}`;
  }

  protected settleWithResult(value: T): void {
    this.#assertPending();
    this.#value = value;
    this.#state = 'finished';
    this.#settled();
  }

  protected settleWithError(reason: unknown): void {
    this.#assertPending();
    this.#error = { reason };
    this.#state = 'finished';
    this.#unretrieved = reportUnlessRetrieved(this, this.#loop, reason);
    this.#settled();
  }

  protected settleAsCancelled(reason: CancelledError): void {
    this.#assertPending();
    this.#error = { reason };
    this.#state = 'cancelled';
    this.#settled();
  }

  protected override whenDone(callback: () => void): void {
    this.#noteRetrieved();
    if (this.#state !== 'pending') callback();
    else this.#add({ callback, scope: null, isNative: true, subject: null });
  }

  #assertPending(): void {
    if (this.#state === 'pending') return;
    throw new InvalidStateError(`${this.#state.toUpperCase()}: ${this.toString()}`);
  }

  #noteRetrieved(): void {
    this.#unretrieved?.retrieved();
    this.#unretrieved = null;
  }

  #add(registration: Registration): void {
    if (this.#state !== 'pending') this.#schedule(registration);
    else if (this.#callbacks === null) this.#callbacks = [registration];
    else this.#callbacks.push(registration);
  }

  #settled(): void {
    const callbacks = this.#callbacks;
    if (callbacks === null) return;
    this.#callbacks = null;
    for (const registration of callbacks) this.#schedule(registration);
  }

  #schedule({ callback, scope, isNative, subject }: Registration): void {
    const loop = this.#loop;
    if (isNative) {
      // A native wait must end although the loop stands still: it may never run again.
      if (loop.isRunning()) loop.callSoon(settleNative, callback as () => unknown);
      else callback(this as never);
    } else if (!loop.isClosed()) {
      if (scope === null) loop.callSoon(callback as unknown as Waker, subject, this);
      else loop.callSoon(runInScope, scope, callback, this);
    }
  }
}

type Waker = (subject: unknown, future: Future<unknown>) => unknown;

const settleNative = bringsOwnScope((settle: () => unknown): void => void settle());

const runInScope = bringsOwnScope(function runInScope<T>(
  scope: AsyncResource,
  callback: (future: never) => unknown,
  future: Future<T>,
): void {
  try {
    scope.runInAsyncScope(callback as DoneCallback<T>, undefined, future);
  } catch (exception) {
    // Caught here and not by the handle, which would name this function instead of the user's.
    const message = `Exception in callback ${callback.name || 'anonymous'}()`;
    const context = { message, exception, future };
    scope.runInAsyncScope(() => future.getLoop().callExceptionHandler(context));
  }
});

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
