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

/** Anything that a loop can call. */
export type Callback<A extends unknown[] = never[]> = (...args: A) => unknown;

/** A callback that waits in a loop's ready queue. */
export class Handle {
  static {
    printsAsText(this);
  }

  readonly #loop: EventLoop;
  readonly #scope: AsyncResource | null;
  #callback: Callback<unknown[]> | null;
  #args: unknown[];
  #cancelled = false;
  /** What a cancelled handle would have called; kept in debug mode. */
  #called = '';

  /** For those who write loops: `loop.callSoon()` and its kin create handles for users. */
  constructor(loop: EventLoop, callback: Callback<unknown[]>, args: unknown[]) {
    this.#loop = loop;
    this.#scope = scopeOf(callback);
    this.#callback = callback;
    this.#args = args;
    if (loop.getDebug()) noteCreation(this);
  }

  /** Prevents the callback from running, if it has not begun. May be called at any time. */
  cancel(): void {
    if (!this.#cancelled && this.#loop.getDebug()) this.#called = this.#describeCall();
    this.#cancelled = true;
    this.#callback = null;
    this.#args = [];
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
    const args = this.#args;
    this.#callback = null;
    this.#args = [];
    try {
      if (this.#scope === null) callback(...args);
      else this.#scope.runInAsyncScope(callback, undefined, ...args);
    } catch (exception) {
      // Given back for the report, which shows what was called.
      this.#callback = this.#cancelled ? null : callback;
      const report = (): void => this.#report(exception);
      if (this.#scope === null) report();
      else this.#scope.runInAsyncScope(report);
      this.#callback = null;
    }
  }

  #report(exception: unknown): void {
    const message = `Exception in callback ${this.toString()}`;
    const details = creationDetails(this);
    this.#loop.callExceptionHandler({ message, exception, handle: this, ...details });
  }

  /** For reports: what takes the time when this handle runs, a task where it steps one. */
  get subject(): object {
    const [subject] = this.#args;
    return this.#scope === null && isObject(subject) ? subject : this;
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
    const args = this.#loop.getDebug() ? this.#args.map((arg) => show(arg, -1)).join(', ') : '';
    return `${this.#callback.name || 'anonymous'}(${args})`;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A callback that waits for its time. */
export class TimerHandle extends Handle {
  readonly #whenMs: number;
  #onCancel: (() => void) | null;

  /** @param timer - `onCancel` is told once, so that a heap can count the dead timers in it */
  constructor(
    loop: EventLoop,
    callback: Callback<unknown[]>,
    args: unknown[],
    timer: { readonly whenMs: number; readonly onCancel: () => void },
  ) {
    super(loop, callback, args);
    this.#whenMs = timer.whenMs;
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
    return this.#whenMs;
  }

  protected override describe(): string {
    return this.cancelled() ? super.describe() : `when=${this.#whenMs} ${super.describe()}`;
  }
}
