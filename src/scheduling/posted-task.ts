/**
 * Posted tasks: what `postTask` gives, a function that waits for its turn and then runs as a task
 * of the loop.
 *
 * An abort counts until the function has given its thread away for the first time, as on the web:
 * after that it is the function's own business. A cancel of this future counts to the end: once
 * the task runs, it is passed on to it.
 */
import type { AsyncResource } from 'node:async_hooks';
import { captureScope } from '../loop/context.js';
import { isCoroutineFunction } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
import type { TaskFunction } from '../loop/task-work.js';
import type { Task } from '../loop/task.js';
import { ScheduledFuture } from './scheduled-future.js';
import type { Holder } from './scheduled-future.js';
import { currentState } from './scheduling-state.js';
import type { SchedulingState } from './scheduling-state.js';

/** The future of one posted function. */
export class PostedTask<T> extends ScheduledFuture<T> {
  readonly isContinuation = false;
  readonly #scope: AsyncResource = captureScope();
  readonly #fn: TaskFunction<T>;
  #hasBegun = false;
  /** Set when the first step is over. */
  #task: Task<T> | null = null;
  /** A cancel during the first step. */
  #earlyCancel: { readonly message: string | undefined } | null = null;

  constructor(holder: Holder, state: SchedulingState, fn: TaskFunction<T>) {
    super(holder, state);
    this.#fn = fn;
  }

  override begin(): boolean {
    this.#hasBegun = true;
    let task: Task<T>;
    try {
      const loop = this.getLoop();
      task = this.#scope.runInAsyncScope(start<T>, undefined, this.state, loop, this.#fn);
    } catch (error) {
      // The loop makes no task, for a reason of its own.
      if (!this.done()) this.fail(error);
      return false;
    }
    this.#task = task;
    if (!task.done()) {
      task.addWaiter(this);
      if (this.#earlyCancel !== null) task.cancel(this.#earlyCancel.message);
      return true;
    }
    if (this.#earlyCancel !== null) super.cancel(this.#earlyCancel.message);
    this.onDone(task);
    return false;
  }

  /** Withdraws it where it has not begun, else cancels the task that it became. */
  override cancel(message?: string): boolean {
    if (this.done() || !this.#hasBegun) return super.cancel(message);
    if (this.#task !== null) return this.#task.cancel(message);
    this.#earlyCancel = { message };
    return true;
  }

  protected override describe(): string {
    return `${super.describe()} fn=<${this.#fn.name || 'anonymous'}()>`;
  }

  /** The task is done. */
  onDone(task: Future<unknown>): void {
    try {
      const value = task.result() as T;
      if (!this.done()) this.settleWithResult(value);
    } catch (error) {
      if (!this.done()) this.fail(error);
      else if (!task.cancelled() && error !== this.state.abortSource?.reason) {
        const message = 'A posted task failed after it was aborted';
        this.getLoop().callExceptionHandler({ message, exception: error, future: this });
      }
    }
  }
}

/** The first step is made at once. */
function start<T>(state: SchedulingState, loop: EventLoop, fn: TaskFunction<T>): Task<T> {
  return currentState.run(state, () => loop.createTask(asTaskFunction(fn), { eager: true }));
}

/** A generator function is called by its task, like any other function. */
function asTaskFunction<T>(fn: TaskFunction<T>): TaskFunction<T> {
  if (!isCoroutineFunction(fn)) return fn;
  return fn.length === 0
    ? () => (fn as () => ReturnType<TaskFunction<T>>)()
    : (signal) => fn(signal);
}
