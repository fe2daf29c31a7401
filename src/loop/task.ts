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
 * nothing to pass it to, it is noted and delivered at the next chance (`isDue`). A task
 * that ends while a noted request was never delivered is cancelled all the same. For Trio's kind
 * see `enclosing-scope.ts`.
 */
import type { AsyncResource } from 'node:async_hooks';
import { CancelledError, isCancelled } from '../errors.js';
import { followCancel } from './cancel-chain.js';
import type { CancelLink } from './cancel-chain.js';
import { CancelRequests } from './cancel-requests.js';
import { captureScope, renewScope } from './context.js';
import type { Context } from './context.js';
import { isCoroutine, isPromiseLike } from './coroutine.js';
import type { Coroutine, Suspension } from './coroutine.js';
import { registerTask, unregisterTask } from './current-task.js';
import { cancelOnArrival } from './enclosing-scope.js';
import type { EnclosingScope } from './enclosing-scope.js';
import type { EventLoop } from './event-loop.js';
import { endedCancelled, isFuture } from './future.js';
import type { Future } from './future.js';
import { GuardedWaits } from './guarded-waits.js';
import { refusalOfFuture, refusalOfYield } from './refusal.js';
import { registry } from './registry.js';
import { scheduleOn } from './runnable.js';
import type { Runnable } from './runnable.js';
import type { TaskOptions } from './task-options.js';
import { alreadyBegun } from './task-owner.js';
import { TaskSignals } from './task-signals.js';
import { stepTask } from './task-stack.js';
import type { Standing } from './task-stack.js';
import { assertCanRun, callWork, markDriven } from './task-work.js';
import type { TaskFunction } from './task-work.js';
import { VisibleTask } from './visible-task.js';
import type { Waitable } from './waitable.js';

/** A coroutine or an async function at work; also the future of its result. */
export class Task<T> extends VisibleTask<T> implements CancelLink, Runnable {
  #context: AsyncResource | Context;
  #work: Coroutine<T> | TaskFunction<T> | null;
  /** What a coroutine waits for. */
  #waitingFor: Future<unknown> | null = null;
  /** What an async function waits for. */
  #guarded: GuardedWaits | null = null;
  /** An error to raise in the coroutine at its next step: boxed, since anything can be thrown. */
  #raiseNext: { readonly error: unknown } | null = null;
  /** Whether its coroutine waits for nothing but the next tick. */
  #isOnTick = false;
  /** For scopes: that in which the code stands now; its cancel holds on. */
  enclosingScope: EnclosingScope | null = null;
  #requests: CancelRequests | null = null;
  #signals: TaskSignals | null = null;

  /** For loops and task factories; everyone else calls `loop.createTask()`. */
  constructor(work: Coroutine<T> | TaskFunction<T>, loop: EventLoop, options: TaskOptions = {}) {
    if (options !== alreadyBegun) assertCanRun(work);
    super(loop, options.name);
    this.#work = work;
    this.#context = options.context ?? captureScope();
    const isEager = options.eager === true && loop.isRunning();
    if (!isEager && options !== alreadyBegun) scheduleOn(loop, this);
    registerTask(this);
    if (isEager) this.run();
  }

  /** Fires when the task is cancelled, with the `CancelledError` as its reason. */
  get signal(): AbortSignal {
    return this.signals.signal;
  }

  /** For blocks: the signals of the task and of the blocks that are open in it. */
  get signals(): TaskSignals {
    this.#signals ??= new TaskSignals(this.cancelling() > 0 ? this.#cancelledError() : null);
    return this.#signals;
  }

  /**
   * Asks the task to stop: `CancelledError(message)` is raised inside it at the wait where it
   * stands, within the next tick. Returns `false` when it is done already. The code may clean up
   * first, and may even refuse; wait for the task to know.
   */
  override cancel(message?: string): boolean {
    if (!this.interrupt(message)) return false;
    this.#signals?.abortAll(this.#cancelledError());
    return true;
  }

  /** For blocks: as `cancel`, but leaves the signals to the block, which may catch the error. */
  interrupt(message?: string): boolean {
    if (this.done()) return false;
    this.#requests ??= new CancelRequests();
    this.#requests.add(message);
    followCancel(this);
    return true;
  }

  passOnCancel(): void {
    const requests = this.#requests;
    const isPassedOn =
      this.#waitingFor?.cancel(requests?.message) ?? this.cancelGuarded(requests?.message);
    if (!isPassedOn) requests?.note();
  }

  standsOn(link: CancelLink): boolean {
    return this.#waitingFor === link;
  }

  leaveWait(): void {
    this.#waitingFor?.removeWaiter(this);
    this.#waitingFor = null;
    this.#requests?.note();
    scheduleOn(this.getLoop(), this);
  }

  /** For scopes: ends the wait in which the code stands, if the scope is cancelled. */
  enforceScope(): void {
    const message = this.enclosingScope?.cancelMessage() ?? null;
    if (message !== null) void (this.#waitingFor?.cancel(message) ?? this.cancelGuarded(message));
  }

  /** For blocks: cancels what async code of this task waits for; whether there was anything. */
  cancelGuarded(message: string | undefined): boolean {
    return this.#guarded?.cancel(message, this.getLoop()) ?? false;
  }

  /** How many requests to cancel are outstanding. */
  cancelling(): number {
    return this.#requests?.count ?? 0;
  }

  /** Takes one request back; returns how many are left. At none, an undelivered one is void. */
  uncancel(): number {
    const requests = this.#requests;
    if (requests === null || requests.count === 0) return 0;
    requests.count -= 1;
    if (requests.count === 0) {
      requests.isDue = false;
      this.#signals?.renew();
    }
    return requests.count;
  }

  /**
   * For `Waitable`: an `await` in the async function that this task runs. Makes it a cancel point.
   *
   * @returns the error for which it must not wait; `null` when it may
   */
  guard(waitable: Waitable<unknown>): Error | null {
    const refusal = isFuture(waitable) ? refusalOfFuture(this, waitable) : null;
    if (refusal === null) {
      (this.#guarded ??= new GuardedWaits()).add(waitable);
      // A cancel that is due ends what is waited for, and the wait with it.
      if (this.#isDue() && this.cancelGuarded(this.#requests?.message)) this.#requests?.takeDue();
    }
    return this.takeDueCancel() ?? cancelOnArrival(this.enclosingScope, waitable) ?? refusal;
  }

  /** For waits in async code: the error of a request that is noted, which is delivered so. */
  takeDueCancel(): CancelledError | null {
    return this.#requests?.takeDue() === true ? this.#cancelledError() : null;
  }

  override awaits(): readonly Future<unknown>[] {
    const guarded = this.#guarded?.futures() ?? [];
    // An async body inside a coroutine waits for futures of its own.
    return this.#waitingFor === null ? guarded : [this.#waitingFor, ...guarded];
  }

  protected override standing(): Standing {
    const { tickWait, failure } = this;
    return { work: this.#work, waitingFor: this.#waitingFor, tickWait, failure };
  }

  /** For loops: runs the task up to its next wait; called once for each wait that is over. */
  run(): void {
    if (this.done()) return;
    const outer = registry.stepping;
    registry.stepping = this;
    // One cancel is raised at a time: a request noted after that of the wait is void.
    if (this.#isDue() && endedCancelled(this.#waitingFor)) this.#requests?.takeDue();
    this.#waitingFor = null;
    try {
      const context = this.#context;
      if (typeof context === 'function') context(stepTask, this);
      else context.runInAsyncScope(stepTask, undefined, this);
    } finally {
      registry.stepping = outer;
    }
  }

  /** For loops: the part of `run` that runs in the task's own context. */
  step(): void {
    const work = this.#work;
    if (work === null) return;
    try {
      if (typeof work !== 'function') {
        this.#resume(work);
        this.#context = renewScope(this.#context);
      } else if (this.#isDue()) this.fail(this.#cancelledError());
      else this.goOn(registry.asyncTask.run(this, callWork<T>, work, this));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Runs a coroutine up to its next wait. */
  #resume(coroutine: Coroutine<T>): void {
    const raise = this.#takeError();
    const step = raise === null ? coroutine.next() : coroutine.throw(raise.error);
    if (step.done === true) this.#succeed(step.value);
    else this.#waitFor(step.value);
  }

  /** What to raise at the wait that is over. A scope ends ticks: other waits it has cancelled. */
  #takeError(): { readonly error: unknown } | null {
    const message = this.#isOnTick ? this.enclosingScope?.cancelMessage() : undefined;
    const raiseNext = this.#raiseNext;
    this.#isOnTick = false;
    this.#raiseNext = null;
    if (this.#requests?.takeDue() === true) return { error: this.#cancelledError() };
    return typeof message !== 'string' ? raiseNext : { error: new CancelledError(message) };
  }

  /** For owners: its function has returned, which decides how the task goes on. */
  goOn(returned: ReturnType<TaskFunction<T>>): void {
    if (isCoroutine(returned)) {
      this.#work = returned;
      markDriven(this.#work);
      this.#resume(this.#work);
    } else if (isPromiseLike(returned)) {
      this.getLoop().refusePromise?.('An async function');
      const fail = (error: unknown): void => this.fail(error);
      returned.then((value) => this.#succeed(value), fail);
    } else {
      this.#succeed(returned);
    }
  }

  #waitFor(yielded: Suspension): void {
    const isTick = yielded === null || yielded === undefined;
    const error = isTick ? null : refusalOfYield(this, yielded);
    if (error !== null) this.#raiseNext = { error };
    if (isTick || error !== null) {
      this.#isOnTick = isTick;
      scheduleOn(this.getLoop(), this);
      return;
    }
    const future = yielded as unknown as Future<unknown>;
    future.threadloopAwaited = false;
    this.#waitingFor = future;
    future.addRunnable(this);
    if (this.#isDue() && future.cancel(this.#requests?.message)) this.#requests?.takeDue();
    else this.enforceScope();
  }

  /** No getter: a private one takes ten times as long as a method. */
  #isDue(): boolean {
    return this.#requests?.isDue === true;
  }

  #cancelledError(): CancelledError {
    return this.#requests?.error() ?? new CancelledError();
  }

  #succeed(value: T): void {
    if (this.#isDue()) {
      this.fail(this.#cancelledError());
      return;
    }
    this.#leave();
    this.settleWithResult(value);
  }

  /** For owners: its code has ended with an error. */
  fail(error: unknown): void {
    this.#leave();
    const cancellation = isCancelled(error) ? error : (this.#requests?.causeOf(error) ?? null);
    if (cancellation === null) this.settleWithError(error);
    else this.settleAsCancelled(cancellation);
  }

  #leave(): void {
    this.#requests?.takeDue();
    this.#work = null;
    unregisterTask(this);
  }
}
