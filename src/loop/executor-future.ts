/**
 * The outcome of a job that an executor has, as a future of the loop that waits for it.
 *
 * Cancelling it tells the executor and does not wait: the future is cancelled at once, as in
 * asyncio, and what becomes of the job is the executor's business. What comes after the loop was
 * closed is dropped.
 */
import { CancelledError, isCancelled } from '../errors.js';
import type { EventLoop } from './event-loop.js';
import { Future } from './future.js';

/** Gives the outcome, or throws it. */
type TakeOutcome<T> = () => T;

/** A future that follows a job. */
export class ExecutorFuture<T> extends Future<T> {
  readonly #abort = new AbortController();

  /** Fires when the future is cancelled. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.#abort.abort(new CancelledError(message));
    return true;
  }

  /** Takes over the outcome of the job, in a later tick. */
  follow(outcome: PromiseLike<T>): this {
    const loop = this.getLoop();
    whenSettled(outcome, loop, (take) => {
      if (!loop.isClosed()) loop.callSoonThreadsafe(() => this.#settle(take));
    });
    return this;
  }

  #settle(take: TakeOutcome<T>): void {
    try {
      const value = take();
      if (!this.done()) this.setResult(value);
    } catch (error) {
      if (this.done()) return;
      if (isCancelled(error)) super.cancel(error.message);
      else this.setException(error);
    }
  }
}

/** What can be followed without a native promise, so also on a blocked thread. */
interface Settling<T> {
  done(): boolean;
  result(): T;
  addDoneCallback(callback: () => void): void;
}

/**
 * Calls back once with the outcome.
 *
 * @throws InvalidAwaitError on a loop on which promises cannot settle, for a mere promise
 */
export function whenSettled<T>(
  outcome: PromiseLike<T>,
  loop: EventLoop,
  callback: (take: TakeOutcome<T>) => void,
): void {
  if (isSettling<T>(outcome)) {
    const take = (): void => callback(() => outcome.result());
    // Not by a callback that comes in a microtask, since none runs on a blocked thread.
    if (outcome.done()) take();
    else outcome.addDoneCallback(take);
    return;
  }
  loop.refusePromise?.('The promise of this executor');
  outcome.then(
    (value) => callback(() => value),
    (error: unknown) =>
      callback(() => {
        throw error;
      }),
  );
}

function isSettling<T>(outcome: object): outcome is Settling<T> {
  return 'addDoneCallback' in outcome;
}
