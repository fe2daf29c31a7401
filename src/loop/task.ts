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
import { AsyncResource } from 'node:async_hooks';
import { inspect } from 'node:util';
import {
  CancelledError,
  DifferentLoopError,
  InvalidArgumentError,
  InvalidAwaitError,
  InvalidStateError,
  isCancelled,
} from '../errors.js';
import { isCoroutine, isCoroutineFunction, isPromiseLike } from './coroutine.js';
import type { Coroutine, Suspension } from './coroutine.js';
import { registerTask, unregisterTask } from './current-task.js';
import type { EventLoop } from './event-loop.js';
import { Future, isFuture } from './future.js';
import { registry } from './registry.js';
import type { Waitable } from './waitable.js';

/** A function that can be run as a task. The signal fires when the task is cancelled. */
export type TaskFunction<T> = (signal: AbortSignal) => PromiseLike<T> | Coroutine<T> | T;

/** What `AsyncLocalStorage.snapshot()` returns: runs a function in the context it was taken in. */
export type Context = <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A) => R;

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
  constructor(
    work: Coroutine<T> | TaskFunction<T>,
    loop: EventLoop,
    options: TaskOptions = {},
  ) {
    super({ loop });
    assertCanRun(work);
    registry.taskCount += 1;
    this.#name = options.name === undefined ? `Task-${registry.taskCount}` : String(options.name);
    this.#work = work;
    this.#enterContext = options.context ?? captureContext();
    loop.callSoon(this.#wake);
    registerTask(this as Task<unknown>);
  }

  getName(): string {
    return this.#name;
  }

  setName(name: unknown): void {
    this.#name = String(name);
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
    registry.stepping = this as Task<unknown>;
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
    const returned = registry.asyncTask.run(this as Task<unknown>, () =>
      fn.length === 0 ? (fn as () => ReturnType<TaskFunction<T>>)() : fn(this.signal),
    );
    if (isCoroutine(returned)) {
      this.#work = returned as Coroutine<T>;
      markDriven(this.#work);
      this.#resume(this.#work);
    } else if (isPromiseLike(returned)) {
      const onValue = (value: T): void => this.#succeed(value);
      const onError = (error: unknown): void => this.#fail(error);
      (returned as PromiseLike<T>).then(onValue, onError);
    } else {
      this.#succeed(returned as T);
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
    const text = inspect(yielded, { depth: 0 });
    if (!isFuture(yielded)) return new InvalidAwaitError(`Task got bad yield: ${text}`);
    if (!yielded.threadloopAwaited) {
      return new InvalidAwaitError(
        `yield was used instead of yield* in task ${this.toString()} with ${text}`,
      );
    }
    return this.#refusalOf(yielded);
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
    unregisterTask(this as Task<unknown>);
  }
}

/** Below this many entries the set of waits is not searched for finished ones. */
const minCountForPrune = 16;

/** The waits of one async function: mostly one at a time, thousands under `Promise.all`. */
class GuardedWaits {
  #waits: Set<Waitable<unknown>> | null = null;
  #pruneAtCount = minCountForPrune;

  add(waitable: Waitable<unknown>): void {
    this.#waits ??= new Set();
    this.#waits.add(waitable);
    if (this.#waits.size < this.#pruneAtCount) return;
    for (const wait of this.#waits) if (wait.done()) this.#waits.delete(wait);
    // Twice what is left: the search is paid by the entries added since the last one.
    this.#pruneAtCount = Math.max(minCountForPrune, this.#waits.size * 2);
  }

  /** Cancels all that are not done; whether there was one. */
  cancel(message: string | undefined): boolean {
    let any = false;
    for (const wait of this.#waits ?? []) if (!wait.done() && wait.cancel(message)) any = true;
    return any;
  }
}

function captureContext(): Context {
  const resource = captureResource();
  return resource.runInAsyncScope.bind(resource) as unknown as Context;
}

function captureResource(): AsyncResource {
  const { asyncTask } = registry;
  if (asyncTask.getStore() === undefined) return new AsyncResource('threadloop.Task');
  // Created inside an async function's task: this task is another one.
  return asyncTask.run(undefined, () => new AsyncResource('threadloop.Task'));
}

/** Set on a coroutine object that a task drives: a second task must not. */
const driven = Symbol.for('threadloop.coroutine.driven');

function markDriven(coroutine: Coroutine<unknown>): void {
  const marked = coroutine as { [driven]?: true };
  if (marked[driven] === true) {
    throw new InvalidAwaitError('coroutine is being awaited already: each call runs in one task');
  }
  marked[driven] = true;
}

function assertCanRun(work: unknown): void {
  if (isCoroutine(work)) {
    markDriven(work);
    return;
  }
  if (isCoroutineFunction(work)) {
    const name = work.name === '' ? 'it' : `${work.name}(…)`;
    throw new InvalidArgumentError(
      `a coroutine was expected, got the generator function '${work.name}': call it, ${name}`,
    );
  }
  if (typeof work === 'function') return;
  const hint = isPromiseLike(work) ? ': for a future or promise use ensureFuture()' : '';
  throw new InvalidArgumentError(
    `a coroutine was expected, got ${inspect(work, { depth: 0 })}${hint}`,
  );
}
