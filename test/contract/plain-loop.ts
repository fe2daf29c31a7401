// A loop that somebody wrote from the ground, on the interface alone: no base class of ours, and no
// `callRunnable`. It shows that the contract is all that there is, and what it takes to keep it.

import {
  type Awaitable,
  type Coroutine,
  ensureFuture,
  type EventLoop,
  type ExceptionContext,
  type ExceptionHandler,
  type Executor,
  type FunctionReference,
  Future,
  Handle,
  InvalidArgumentError,
  InvalidStateError,
  isCoroutine,
  LoopClosedError,
  LoopRunningError,
  LoopStoppedError,
  Task,
  type TaskFactory,
  type TaskFunction,
  type TaskOptions,
  TimerHandle,
} from 'threadloop';
import { enterLoop, handleException, runAndTime, runBatch } from 'threadloop/lowlevel';

type Callback<A extends unknown[]> = (...args: A) => unknown;

/** One batch for each turn of Node's; timers in a list that is sorted when it is needed. */
export class PlainLoop implements EventLoop {
  readonly name = 'plain';
  slowCallbackDurationMs = 100;
  protected ready: Handle[] = [];
  protected timers: TimerHandle[] = [];
  protected isStopped = false;
  protected leave: (() => void) | null = null;
  #isClosed = false;
  #isDebug = false;
  #handler: ExceptionHandler | null = null;
  #factory: TaskFactory | null = null;
  #executor: Executor | null = null;

  callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    this.#assertOpen();
    assertFunction(callback);
    const handle = new Handle(this, callback as Callback<unknown[]>, args);
    this.ready.push(handle);
    return handle;
  }

  callSoonThreadsafe<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    return this.callSoon(callback, ...args);
  }

  callLater<A extends unknown[]>(delayMs: number, callback: Callback<A>, ...args: A): TimerHandle {
    assertTime(delayMs);
    return this.callAt(this.time() + delayMs, callback, ...args);
  }

  callAt<A extends unknown[]>(whenMs: number, callback: Callback<A>, ...args: A): TimerHandle {
    this.#assertOpen();
    assertTime(whenMs);
    assertFunction(callback);
    const timing = { whenMs, onCancel: () => undefined };
    const timer = new TimerHandle(this, callback as Callback<unknown[]>, args, timing);
    this.timers.push(timer);
    return timer;
  }

  time(): number {
    return performance.now();
  }

  createFuture<T>(): Future<T> {
    return new Future<T>({ loop: this });
  }

  createTask<T>(work: Coroutine<T> | TaskFunction<T>, options: TaskOptions = {}): Task<T> {
    if (this.#isClosed && isCoroutine(work)) work.return(undefined as never);
    this.#assertOpen();
    return this.#factory?.(this, work, options) ?? new Task(work, this, options);
  }

  getTaskFactory = (): TaskFactory | null => this.#factory;

  setTaskFactory(factory: TaskFactory | null): void {
    if (factory !== null) assertFunction(factory);
    this.#factory = factory;
  }

  runInExecutor(
    executor: Executor | null,
    fn: FunctionReference,
    ...args: unknown[]
  ): Future<never> {
    this.#assertOpen();
    const chosen = executor ?? this.#executor;
    if (chosen === null) throw new InvalidStateError('there is no executor');
    const future = this.createFuture<never>();
    chosen.submit(fn, args, { loop: this }).then(
      (value) => future.setResult(value as never),
      (error: unknown) => future.setException(error),
    );
    return future;
  }

  setDefaultExecutor(executor: Executor): void {
    if (!('submit' in executor)) throw new InvalidArgumentError('an executor was expected');
    this.#executor = executor;
  }

  shutdownDefaultExecutor(): Future<void> {
    const executor = this.#executor;
    this.#executor = null;
    return this.createTask(async () => void (await executor?.shutdown()));
  }

  async runForever(): Promise<void> {
    this.#assertOpen();
    this.leave = this.enter();
    try {
      do {
        await new Promise((resolve) => void setImmediate(resolve));
        runBatch(() => this.runReady());
      } while (!this.isStopped);
    } finally {
      this.isStopped = false;
      this.leave();
      this.leave = null;
    }
  }

  protected enter(): () => void {
    return enterLoop(this);
  }

  /** Timers until then are due. */
  protected dueMs(): number {
    return this.time();
  }

  /** One batch: what is due goes behind what is ready, and what this schedules waits. */
  protected runReady(): void {
    const dueMs = this.dueMs();
    const due = this.timers.filter((timer) => timer.when() <= dueMs);
    this.timers = this.timers.filter((timer) => !due.includes(timer));
    this.ready.push(...due.sort((a, b) => a.when() - b.when()));
    for (const handle of this.ready.splice(0)) this.runHandle(handle);
  }

  protected runHandle(handle: Handle): void {
    if (this.#isDebug) runAndTime(handle, this.slowCallbackDurationMs);
    else handle.run();
  }

  async runUntilComplete<T>(work: Awaitable<T> | TaskFunction<T>): Promise<T> {
    this.#assertOpen();
    enterLoop(this)(); // Refused before the work begins.
    const isFunction = typeof work === 'function' && !('then' in work);
    const future = isFunction ? this.createTask<T>(work) : ensureFuture<T>(work, { loop: this });
    const stop = (): void => this.stop();
    future.addDoneCallback(stop);
    await this.runForever();
    future.removeDoneCallback(stop);
    if (!future.done()) throw new LoopStoppedError('Event loop stopped before Future completed.');
    return future.result();
  }

  stop(): void {
    this.isStopped = true;
  }

  isRunning(): boolean {
    return this.leave !== null;
  }

  close(): void {
    if (this.isRunning()) throw new LoopRunningError('Cannot close a running event loop');
    this.#isClosed = true;
    this.ready = [];
    this.timers = [];
  }

  isClosed(): boolean {
    return this.#isClosed;
  }

  callExceptionHandler(context: ExceptionContext): void {
    handleException(this, this.#handler, context);
  }

  getExceptionHandler = (): ExceptionHandler | null => this.#handler;

  setExceptionHandler(handler: ExceptionHandler | null): void {
    if (handler !== null) assertFunction(handler);
    this.#handler = handler;
  }

  getDebug = (): boolean => this.#isDebug;
  setDebug = (isOn: boolean): void => void (this.#isDebug = isOn);

  #assertOpen(): void {
    if (this.#isClosed) throw new LoopClosedError('Event loop is closed');
  }
}

function assertFunction(value: unknown): void {
  if (typeof value === 'function') return;
  throw new InvalidArgumentError(`a callable object was expected, got ${String(value)}`);
}

function assertTime(value: number): void {
  if (typeof value === 'number' && !Number.isNaN(value)) return;
  throw new InvalidArgumentError(`a number of milliseconds was expected, got ${String(value)}`);
}
