/**
 * Handles: callbacks that have been given to a loop, and the right to take them back.
 *
 * Runs on the loop's own thread. A handle runs in the async context (`AsyncLocalStorage`) of
 * whoever scheduled it. After asyncio's `Handle` and `TimerHandle`.
 *
 * | state     | moves to             | by                              |
 * |-----------|----------------------|---------------------------------|
 * | waiting   | ran, cancelled       | its turn in a tick; `cancel()`  |
 * | ran       | ran-cancelled        | `cancel()`, also while it runs  |
 * | cancelled | –                    | its turn comes and is skipped   |
 */
import type { AsyncResource } from 'node:async_hooks';
import { show } from '../errors.js';
import { scopeOf } from './context.js';
import { creationDetails, describeCreation, noteCreation } from './debug-stack.js';
import type { EventLoop } from './event-loop.js';
import { printsAsText } from './prints-as-text.js';
import type { Runnable } from './runnable.js';

/** Anything that a loop can call. */
export type Callback<A extends unknown[] = never[]> = (...args: A) => unknown;

const noArguments: readonly unknown[] = Object.freeze([]);

/** A callback that waits in a loop's ready queue. */
export class Handle implements Runnable {
  static {
    printsAsText(this);
  }

  readonly #loop: EventLoop;
  readonly #scope: AsyncResource | null;
  #callback: Callback<unknown[]> | null;
  /** The first two arguments and the others: an array for one or two would cost as much as this. */
  #first: unknown;
  #second: unknown;
  #others: readonly unknown[] = noArguments;
  #argCount: number;
  #cancelled = false;
  /** What a cancelled handle would have called; kept in debug mode. */
  #called = '';

  /** For those who write loops: `loop.callSoon()` and its kin create handles for users. */
  constructor(loop: EventLoop, callback: Callback<unknown[]>, args: unknown[]) {
    this.#loop = loop;
    this.#scope = scopeOf(callback);
    this.#callback = callback;
    this.#argCount = args.length;
    this.#first = args[0];
    this.#second = args[1];
    if (args.length > 2) this.#others = args.slice(2);
    if (loop.getDebug()) noteCreation(this);
  }

  /** Prevents the callback from running, if it has not begun. May be called at any time. */
  cancel(): void {
    if (!this.#cancelled && this.#loop.getDebug()) this.#called = this.#describeCall();
    this.#cancelled = true;
    this.#callback = null;
    this.#dropArguments();
  }

  /** Whether `cancel()` was called, be it before or after the callback ran. */
  cancelled(): boolean {
    return this.#cancelled;
  }

  /**
   * Runs the callback, once; for those who write loops. What it throws goes to the loop's
   * exception handler, so this never throws.
   */
  run(): void {
    const callback = this.#callback;
    if (callback === null) return;
    this.#callback = null;
    try {
      if (this.#scope === null) Handle.#call(this, callback);
      else this.#scope.runInAsyncScope(Handle.#call, undefined, this, callback);
    } catch (exception) {
      // Given back for the report, which shows what was called.
      this.#callback = this.#cancelled ? null : callback;
      const report = (): void => this.#report(exception);
      if (this.#scope === null) report();
      else this.#scope.runInAsyncScope(report);
      this.#callback = null;
    }
    this.#dropArguments();
  }

  static readonly #call = (handle: Handle, callback: Callback<unknown[]>): void => {
    const first = handle.#first;
    const second = handle.#second;
    switch (handle.#argCount) {
      case 0:
        callback();
        break;
      case 1:
        callback(first);
        break;
      case 2:
        callback(first, second);
        break;
      default:
        callback(first, second, ...handle.#others);
    }
  };

  #arguments(): unknown[] {
    return [this.#first, this.#second, ...this.#others].slice(0, this.#argCount);
  }

  #dropArguments(): void {
    this.#argCount = 0;
    this.#first = undefined;
    this.#second = undefined;
    this.#others = noArguments;
  }

  /** For futures: what a user wants called; `null` for callbacks of our own. */
  get userCallback(): Callback | null {
    return this.#scope === null ? null : this.#callback;
  }

  #report(exception: unknown): void {
    const message = `Exception in callback ${this.toString()}`;
    const details = creationDetails(this);
    this.#loop.callExceptionHandler({ message, exception, handle: this, ...details });
  }

  /** For reports: what takes the time when this handle runs, a task where it steps one. */
  get subject(): object {
    return this.#scope === null && isObject(this.#first) ? this.#first : this;
  }

  toString(): string {
    return `<${this.constructor.name} ${this.describe()}${describeCreation(this)}>`;
  }

  protected describe(): string {
    if (this.#cancelled) return this.#called === '' ? 'cancelled' : `cancelled ${this.#called}`;
    return this.#describeCall();
  }

  /** Arguments are shown in debug mode only: they may be secret, or large. */
  #describeCall(): string {
    if (this.#callback === null) return 'done';
    const args = this.#loop.getDebug()
      ? this.#arguments()
          .map((arg) => show(arg, -1))
          .join(', ')
      : '';
    return `${this.#callback.name || 'anonymous'}(${args})`;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A callback that waits for its time. */
export class TimerHandle extends Handle {
  /** The loop time at which it is due, in milliseconds. */
  readonly whenMs: number;
  /** For heaps: of timers that are due at one time the lowest comes first. */
  sequence = 0;
  #onCancel: (() => void) | null;

  /** @param timer - `onCancel` is told once, so that a heap can count the dead timers in it */
  constructor(
    loop: EventLoop,
    callback: Callback<unknown[]>,
    args: unknown[],
    timer: { readonly whenMs: number; readonly onCancel: () => void },
  ) {
    super(loop, callback, args);
    this.whenMs = timer.whenMs;
    this.#onCancel = timer.onCancel;
  }

  override cancel(): void {
    if (this.cancelled()) return;
    super.cancel();
    this.#onCancel?.();
  }

  /** For those who write loops: the timer has left the heap, which need not hear of a cancel. */
  leaveHeap(): void {
    this.#onCancel = null;
  }

  /** The loop time at which it is due, in milliseconds. */
  when(): number {
    return this.whenMs;
  }

  protected override describe(): string {
    return this.cancelled() ? super.describe() : `when=${this.whenMs} ${super.describe()}`;
  }
}
