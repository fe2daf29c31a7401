/**
 * The outcome of work that somebody else runs, and that takes time to stop: a fiber of Effect, an
 * operation of Effection, a promise that listens to a signal.
 *
 * Cancelling it tells the work, and settles nothing: the future is done when the work is. So
 * whoever waits, in a task or in a scope, waits for the clean-up too, as for a task. After what
 * asyncio's `Task.cancel()` promises: the work may clean up first, and may even refuse.
 */
import { CancelledError } from '../errors.js';
import type { EventLoop } from './event-loop.js';
import { Future } from './future.js';

/** A future of a loop for work outside of it. */
export class OutsideFuture<T> extends Future<T> {
  readonly #stop: (message: string | undefined) => void;
  #message: string | undefined;
  #isStopping = false;

  /** @param stop - tells the work to end; called once at most */
  constructor(loop: EventLoop, stop: (message: string | undefined) => void) {
    super({ loop });
    this.#stop = stop;
  }

  /** Whether the work was told to stop. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Tells the work to stop; `false` when it is done already. */
  override cancel(message?: string): boolean {
    if (this.done()) return false;
    if (this.#isStopping) return true;
    this.#isStopping = true;
    this.#message = message;
    this.#stop(message);
    return true;
  }

  /** For whoever runs the work: it has come to its end with a result. */
  endWith(value: T): void {
    if (!this.done() && !this.getLoop().isClosed()) this.settleWithResult(value);
  }

  /** For whoever runs the work: it has failed. */
  endWithError(error: unknown): void {
    if (!this.done() && !this.getLoop().isClosed()) this.settleWithError(error);
  }

  /** For whoever runs the work: it has stopped, because it was told to or by itself. */
  endCancelled(error: CancelledError = new CancelledError(this.#message)): void {
    if (!this.done() && !this.getLoop().isClosed()) this.settleAsCancelled(error);
  }
}
