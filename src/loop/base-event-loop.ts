/**
 * What all our loops share: scheduling, the tick, errors and closing. How time passes and how the
 * loop gets the processor is left to its subclasses.
 *
 * A tick, which every promise of order follows from (asyncio's `_run_once`): timers that are due
 * are appended to the ready queue; exactly the n handles then in it run; whatever they schedule
 * waits for the next tick; `stop()` lets the batch finish.
 */
import { LoopClosedError, LoopRunningError, show } from '../errors.js';
import { assertCallable, assertCallableOrNull, assertTime } from './check-arguments.js';
import { HostClock } from './clock.js';
import type { Clock } from './clock.js';
import { isCoroutine } from './coroutine.js';
import type { Coroutine } from './coroutine.js';
import { threadName } from './current-loop.js';
import { forgetTasks } from './current-task.js';
import { assertCanEnter, enterLoop, leaveLoop } from './enter-loop.js';
import type { EventLoop } from './event-loop.js';
import { defaultExceptionHandler, handleException } from './exception-handler.js';
import type { ExceptionContext, ExceptionHandler } from './exception-handler.js';
import { ExecutorCalls } from './executor-calls.js';
import { Future } from './future.js';
import { Handle, TimerHandle } from './handle.js';
import type { Callback } from './handle.js';
import type { LoopOptions } from './loop-options.js';
import { forgetPendingWork, rememberPendingWork } from './never-run.js';
import { isOperation } from './operation.js';
import { printsAsText } from './prints-as-text.js';
import { ReadyQueue } from './ready-queue.js';
import { registry } from './registry.js';
import { run } from './runnable.js';
import type { Runnable } from './runnable.js';
import { runAndTime } from './slow-callback.js';
import { makeTask } from './task-factory.js';
import type { TaskFactory } from './task-factory.js';
import type { TaskOptions } from './task-options.js';
import type { TaskFunction } from './task-work.js';
import type { Task } from './task.js';
import { TimerQueue } from './timer-queue.js';
import { forgetUnclosed, watchUntilClosed } from './unclosed-loops.js';

/** The common base of our loops; extend it to write one of your own. */
export abstract class BaseEventLoop extends ExecutorCalls implements EventLoop {
  static {
    printsAsText(this);
  }

  readonly name: string;
  slowCallbackDurationMs = 100;
  protected readonly clock: Clock;
  protected readonly ready: ReadyQueue = new ReadyQueue();
  protected readonly timers: TimerQueue;
  protected stopRequested = false;
  /** Handles of the present batch that have not run yet. */
  #batchCount = 0;
  #closed = false;
  #everRan = false;
  #debug = process.env['THREADLOOP_DEBUG'] === '1';
  readonly #unclosed = watchUntilClosed(this, this.#debug);
  #exceptionHandler: ExceptionHandler | null = null;
  #taskFactory: TaskFactory | null = null;

  constructor(options: LoopOptions = {}) {
    super();
    this.name = options.name ?? threadName();
    this.clock = options.clock ?? new HostClock();
    this.timers = new TimerQueue(options.tieBreak);
  }

  abstract runForever(): unknown;
  abstract runUntilComplete(work: unknown): unknown;
  /** Something is ready to run, or `stop()` was called. Called often: has to be cheap. */
  protected abstract wake(): void;
  /** The earliest timer may have changed. */
  protected abstract timersChanged(): void;
  /** As `timersChanged`, but nothing is due earlier than before. */
  protected timerCancelled(): void {
    this.timersChanged();
  }

  callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    this.assertOpen();
    assertCallable(callback, 'callSoon', this.#debug);
    const handle = new Handle(this, callback as Callback<unknown[]>, args);
    this.#enqueue(handle);
    return handle;
  }

  callRunnable(runnable: Runnable): void {
    this.assertOpen();
    if (this.callSoon === BaseEventLoop.prototype.callSoon) this.#enqueue(runnable);
    else this.callSoon(run, runnable); // Whoever overrides it is to see everything.
  }

  callSoonThreadsafe<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    return this.callSoon(callback, ...args);
  }

  callLater<A extends unknown[]>(delayMs: number, callback: Callback<A>, ...args: A): TimerHandle {
    assertTime(delayMs, 'delay must not be None', 'callLater', 'delayMs');
    return this.#schedule(this.time() + delayMs, callback, args, 'callLater');
  }

  callAt<A extends unknown[]>(whenMs: number, callback: Callback<A>, ...args: A): TimerHandle {
    assertTime(whenMs, 'when cannot be None', 'callAt', 'whenMs');
    return this.#schedule(whenMs, callback, args, 'callAt');
  }

  time(): number {
    return this.clock.now();
  }

  createFuture<T>(): Future<T> {
    return new Future<T>({ loop: this });
  }

  createTask<T>(work: Coroutine<T> | TaskFunction<T>, options: TaskOptions = {}): Task<T> {
    if (this.#closed && isCoroutine(work)) work.return(undefined as never);
    this.assertOpen();
    this.assertCanAwait(work);
    const runnable = isOperation(work) ? (work[Symbol.iterator]() as Coroutine<T>) : work;
    return (this.#taskFactory ?? makeTask)(this, runnable, options);
  }

  makesOrdinaryTasks(): boolean {
    if (this.#taskFactory !== null || this.#debug) return false;
    return this.createTask === BaseEventLoop.prototype.createTask;
  }

  getTaskFactory(): TaskFactory | null {
    return this.#taskFactory;
  }

  setTaskFactory(factory: TaskFactory | null): void {
    assertCallableOrNull(factory, 'task factory must be a callable or None');
    this.#taskFactory = factory;
  }

  stop(): void {
    this.stopRequested = true;
    if (this.isRunning()) this.wake();
  }

  isRunning(): boolean {
    return registry.running === this;
  }

  isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.isRunning() || registry.background === this) {
      throw new LoopRunningError('Cannot close a running event loop');
    }
    this.#closed = true;
    this.ready.clear();
    this.timers.clear();
    forgetPendingWork(this);
    forgetUnclosed(this);
    forgetTasks(this);
    this.dropExecutor();
  }

  getDebug(): boolean {
    return this.#debug;
  }

  setDebug(enabled: boolean): void {
    this.#debug = enabled;
    this.#unclosed.isDebug = enabled;
  }

  getExceptionHandler(): ExceptionHandler | null {
    return this.#exceptionHandler;
  }

  setExceptionHandler(handler: ExceptionHandler | null): void {
    assertCallableOrNull(handler, `A callable object or None is expected, got ${show(handler)}`);
    this.#exceptionHandler = handler;
  }

  /** For handlers of your own: what happens where none is set. Never throws. */
  defaultExceptionHandler(context: ExceptionContext): void {
    defaultExceptionHandler(context);
  }

  callExceptionHandler(context: ExceptionContext): void {
    handleException(this, this.#exceptionHandler, context);
  }

  /** How many callbacks wait: handles that are ready and timers that nobody cancelled. */
  pendingCount(): number {
    return this.ready.length + this.timers.liveCount;
  }

  override toString(): string {
    const [running, closed, debug] = [this.isRunning(), this.#closed, this.#debug];
    return `<${this.constructor.name} running=${running} closed=${closed} debug=${debug}>`;
  }

  /** Throws for work that this kind of loop cannot run. */
  protected assertCanAwait(_work: unknown): void {}

  protected override assertOpen(): void {
    if (this.#closed) throw new LoopClosedError('Event loop is closed');
  }

  /** In asyncio's order of checks: what forbids a run of this loop now. */
  protected assertCanRun(): void {
    this.assertOpen();
    assertCanEnter(this);
  }

  /**
   * Makes this the running loop of its thread; to be called when a run begins.
   *
   * @throws LoopClosedError, LoopRunningError
   */
  protected beginRun(): void {
    this.assertOpen();
    enterLoop(this);
    this.noteRun();
  }

  /** Hands the thread to the loop in the background, which may be this one. */
  protected endRun(): void {
    this.stopRequested = false;
    leaveLoop();
  }

  /** From now on nobody has to be told that this loop never ran. */
  protected noteRun(): void {
    this.#everRan = true;
    forgetPendingWork(this);
  }

  /**
   * Runs one tick, or the rest of one that was interrupted: `isSpent` is asked after each handle
   * whether the thread has to be given away now. Returns whether the batch came to its end.
   */
  protected runTick(isSpent: () => boolean): boolean {
    const { ready } = this;
    if (this.#batchCount === 0) {
      this.#collectDueTimers();
      this.#batchCount = ready.length;
    }
    const outer = registry.stepping;
    registry.stepping = null;
    try {
      while (this.#batchCount > 0) {
        this.#batchCount -= 1;
        const runnable = ready.shift();
        if (this.#debug && runnable) runAndTime(runnable, this.slowCallbackDurationMs);
        else runnable?.run();
        if (this.#batchCount > 0 && isSpent()) return false;
      }
      return true;
    } finally {
      registry.stepping = outer;
    }
  }

  #collectDueTimers(): void {
    if (this.timers.liveCount === 0) return;
    const nowMs = this.time();
    const { ready, timers } = this;
    for (let timer = timers.popDue(nowMs); timer !== undefined; timer = timers.popDue(nowMs)) {
      ready.push(timer);
    }
  }

  #schedule<A extends unknown[]>(
    whenMs: number,
    callback: Callback<A>,
    args: A,
    method: string,
  ): TimerHandle {
    this.assertOpen();
    assertCallable(callback, method, this.#debug);
    const timing = { whenMs, onCancel: this.#onTimerCancelled };
    const timer = new TimerHandle(this, callback as Callback<unknown[]>, args, timing);
    this.timers.push(timer);
    if (!this.#everRan) rememberPendingWork(this);
    this.timersChanged();
    return timer;
  }

  readonly #onTimerCancelled = (): void => {
    this.timers.noteCancelled();
    this.timerCancelled();
  };

  #enqueue(runnable: Runnable): void {
    this.ready.push(runnable);
    this.wake();
    if (!this.#everRan) rememberPendingWork(this);
  }
}
