/**
 * Tasks: coroutines and async functions that a loop runs on their own. After `asyncio.Task`.
 *
 * Belongs to the thread of its loop. A coroutine is resumed step by step, so a cancel is thrown
 * into it where it stands. An async function is out of our hands once it runs: it hears of a
 * cancel by its `AbortSignal`, and each wait of this library inside it fails with it.
 *
 * | state      | what it means                             | next                        |
 * |------------|-------------------------------------------|-----------------------------|
 * | scheduled  | a step stands in the ready queue          | stepping                    |
 * | stepping   | its code runs now                         | waiting, scheduled, done    |
 * | waiting    | on a future, or inside an async function  | scheduled, done             |
 * | done       | finished or cancelled, as any future      |                             |
 *
 * Cancelling is asyncio's: a request is passed on to what the task waits for; when there is
 * nothing to pass it to, it is noted and delivered at the next chance (`#mustCancel`). A task
 * that ends while a noted request was never delivered is cancelled all the same.
 */
import { inspect } from 'node:util';
import {
  CancelledError,
  DifferentLoopError,
  InvalidAwaitError,
  InvalidStateError,
  isCancelled,
} from '../errors.js';
import { captureTaskContext } from './context.js';
import type { Context } from './context.js';
import { isCoroutine, isPromiseLike } from './coroutine.js';
import type { Coroutine, Suspension } from './coroutine.js';
import { registerTask, unregisterTask } from './current-task.js';
import type { EventLoop } from './event-loop.js';
import { Future, isFuture } from './future.js';
import { GuardedWaits } from './guarded-waits.js';
import { registry } from './registry.js';
import { assertCanRun, markDriven } from './task-work.js';
import type { TaskFunction } from './task-work.js';
import type { Waitable } from './waitable.js';

/** Options of `createTask`. */
export interface TaskOptions {
  /** Default `Task-1`, `Task-2`, …; anything is turned into text. */
  readonly name?: unknown;
  /** The async context to run in. Default: that of the caller. */
  readonly context?: Context;
}

/** A coroutine or an async function at work; also the future of its result. */
export class Task<T> extends Future<T> {
  #name: string;
  readonly #enterContext: Context;
  #work: Coroutine<T> | TaskFunction<T> | null;
  /** What a coroutine waits for. */
  #waitingFor: Future<unknown> | null = null;
  /** What an async function waits for. */
  readonly #guarded = new GuardedWaits();
  /** An error to raise in the coroutine at its next step: boxed, since anything can be thrown. */
  #raiseNext: { readonly error: unknown } | null = null;
  #mustCancel = false;
  #cancelMessage: string | undefined;
  #cancelRequests = 0;
  #abort: AbortController | null = null;

  /** For loops and task factories; everyone else calls `loop.createTask()`. */
  constructor(work: Coroutine<T> | TaskFunction<T>, loop: EventLoop, options: TaskOptions = {}) {
    super({ loop });
    assertCanRun(work);
    registry.taskCount += 1;
    this.#name = asText(options.name ?? `Task-${registry.taskCount}`);
    this.#work = work;
    this.#enterContext = options.context ?? captureTaskContext();
    loop.callSoon(this.#wake);
    registerTask(this);
  }

  getName(): string {
    return this.#name;
  }

  setName(name: unknown): void {
    this.#name = asText(name);
  }

  /** Fires when the task is cancelled, with the `CancelledError` as its reason. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.#cancelRequests > 0) this.#abort.abort(this.#cancelledError());
    }
    return this.#abort.signal;
  }

  /**
   * Asks the task to stop: `CancelledError(message)` is raised inside it at the wait where it
   * stands, within the next tick. Returns `false` when it is done already. The code may clean up
   * first, and may even refuse; wait for the task to know.
   */
  override cancel(message?: string): boolean {
    if (this.done()) return false;
    this.#cancelRequests += 1;
    this.#cancelMessage = message;
    const passedOn =
      this.#waitingFor === null ? this.#guarded.cancel(message) : this.#waitingFor.cancel(message);
    if (!passedOn) this.#mustCancel = true;
    this.#abort?.abort(this.#cancelledError());
    return true;
  }

  /** How many requests to cancel are outstanding. */
  cancelling(): number {
    return this.#cancelRequests;
  }

  /** Takes one request back; returns how many are left. At none, an undelivered one is void. */
  uncancel(): number {
    if (this.#cancelRequests > 0) {
      this.#cancelRequests -= 1;
      if (this.#cancelRequests === 0) this.#mustCancel = false;
    }
    return this.#cancelRequests;
  }

  override setResult(_value: T): never {
    throw new InvalidStateError('Task does not support set_result operation');
  }

  override setException(_error: unknown): never {
    throw new InvalidStateError('Task does not support set_exception operation');
  }

  /**
   * For `Waitable`: an `await` in the async function that this task runs. Makes it a cancel point,
   * and refuses what cannot be awaited here.
   */
  guard<R>(waitable: Waitable<R>, toNative: () => Promise<R>): Promise<R> {
    if (this.#mustCancel) {
      this.#mustCancel = false;
      return Promise.reject(this.#cancelledError());
    }
    const refusal = isFuture(waitable) ? this.#refusalOf(waitable) : null;
    if (refusal !== null) return Promise.reject(refusal);
    this.#guarded.add(waitable);
    return toNative();
  }

  protected override describe(): string {
    const outcome = this.cancelled() ? 'cancelled' : 'finished';
    const state = this.#cancelRequests > 0 ? 'cancelling' : 'pending';
    const parts = [this.done() ? outcome : state, `name=${inspect(this.#name)}`];
    if (typeof this.#work === 'function') parts.push(`coro=<${this.#work.name || 'anonymous'}()>`);
    if (this.#waitingFor !== null) parts.push(`wait_for=${this.#waitingFor.toString()}`);
    if (this.done() && !this.cancelled()) parts.push(this.describeOutcome());
    return parts.join(' ');
  }

  /** Scheduled on the loop for the first step, and whenever a wait is over. */
  readonly #wake = (): void => {
    if (this.done()) return;
    const outer = registry.stepping;
    registry.stepping = this;
    this.#waitingFor = null;
    try {
      this.#enterContext(this.#step);
    } finally {
      registry.stepping = outer;
    }
  };

  readonly #step = (): void => {
    const work = this.#work;
    if (work === null) return;
    try {
      if (typeof work !== 'function') this.#resume(work);
      else if (this.#mustCancel) this.#fail(this.#cancelledError());
      else this.#call(work);
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Runs a coroutine up to its next wait. */
  #resume(coroutine: Coroutine<T>): void {
    const raise = this.#mustCancel ? { error: this.#cancelledError() } : this.#raiseNext;
    this.#mustCancel = false;
    this.#raiseNext = null;
    const step = raise === null ? coroutine.next() : coroutine.throw(raise.error);
    if (step.done === true) this.#succeed(step.value);
    else this.#waitFor(step.value);
  }

  /** Starts a function; what it returns decides how the task goes on. */
  #call(fn: TaskFunction<T>): void {
    // The signal is made only for a function that declares a parameter for it.
    const returned = registry.asyncTask.run(this, () =>
      fn.length === 0 ? (fn as () => ReturnType<TaskFunction<T>>)() : fn(this.signal),
    );
    if (isCoroutine(returned)) {
      this.#work = returned;
      markDriven(this.#work);
      this.#resume(this.#work);
    } else if (isPromiseLike(returned)) {
      const onValue = (value: T): void => this.#succeed(value);
      const onError = (error: unknown): void => this.#fail(error);
      returned.then(onValue, onError);
    } else {
      this.#succeed(returned);
    }
  }

  #waitFor(yielded: Suspension): void {
    if (yielded === null || yielded === undefined) {
      this.getLoop().callSoon(this.#wake);
      return;
    }
    const error = this.#refusalOfYield(yielded);
    if (error !== null) {
      this.#raiseNext = { error };
      this.getLoop().callSoon(this.#wake);
      return;
    }
    const future = yielded as unknown as Future<unknown>;
    future.threadloopAwaited = false;
    this.#waitingFor = future;
    future.addDoneCallback(this.#wake);
    if (this.#mustCancel && future.cancel(this.#cancelMessage)) this.#mustCancel = false;
  }

  /** Why what a coroutine yielded cannot be waited for; `null` when it can. */
  #refusalOfYield(yielded: unknown): Error | null {
    if (isFuture(yielded) && yielded.threadloopAwaited) return this.#refusalOf(yielded);
    const text = inspect(yielded, { depth: 0 });
    return new InvalidAwaitError(
      isFuture(yielded)
        ? `yield was used instead of yield* in task ${this.toString()} with ${text}`
        : `Task got bad yield: ${text}`,
    );
  }

  #refusalOf(future: Future<unknown>): Error | null {
    if ((future as unknown) === this) {
      return new InvalidAwaitError(`Task cannot await on itself: ${this.toString()}`);
    }
    if (future.getLoop() === this.getLoop()) return null;
    return new DifferentLoopError(
      `Task ${this.toString()} got Future ${future.toString()} attached to a different loop`,
    );
  }

  #cancelledError(): CancelledError {
    return new CancelledError(this.#cancelMessage);
  }

  #succeed(value: T): void {
    if (this.#mustCancel) {
      this.#fail(this.#cancelledError());
      return;
    }
    this.#leave();
    this.settleWithResult(value);
  }

  #fail(error: unknown): void {
    this.#leave();
    const cancellation = this.#asCancellation(error);
    if (cancellation === null) this.settleWithError(error);
    else this.settleAsCancelled(cancellation);
  }

  /** Also Node's own `AbortError`, by which an API tells that our signal fired. */
  #asCancellation(error: unknown): CancelledError | null {
    if (isCancelled(error)) return error;
    if (this.#cancelRequests === 0 || !(error instanceof Error)) return null;
    return error.name === 'AbortError' && isCancelled(error.cause) ? error.cause : null;
  }

  #leave(): void {
    this.#mustCancel = false;
    this.#work = null;
    unregisterTask(this);
  }
}

function asText(name: unknown): string {
  return typeof name === 'string' ? name : inspect(name);
}
