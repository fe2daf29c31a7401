/**
 * Protecting work from the cancellation of those who wait for it.
 * After `asyncio.shield`.
 */
import type { Awaitable } from '../loop/coroutine.js';
import { ensureFuture } from '../loop/ensure-future.js';
import { Future } from '../loop/future.js';
import { failureOf } from './failure.js';

/**
 * A future that follows an awaitable, but whose cancellation does not reach it. Work that is done
 * already is returned itself. When the shield was cancelled and the work fails later, the error
 * goes to the loop's exception handler, since nobody waits for it any more.
 *
 * Keep a reference to the work: a loop holds its tasks, but nobody else would see its end.
 *
 * @throws as `ensureFuture`
 */
export function shield<T>(awaitable: Awaitable<T>): Future<T> {
  const inner = ensureFuture(awaitable);
  return inner.done() ? inner : new ShieldFuture(inner);
}

/** Work whose late error was reported: once is enough, however many shields it had. */
const reported = new WeakSet<Future<unknown>>();

class ShieldFuture<T> extends Future<T> {
  readonly #inner: Future<T>;

  constructor(inner: Future<T>) {
    super({ loop: inner.getLoop() });
    this.#inner = inner;
    inner.addWaiter(this);
  }

  override awaits(): readonly Future<unknown>[] {
    return this.done() ? [] : [this.#inner];
  }

  /** The work has come to its end. */
  onDone(): void {
    const inner = this.#inner;
    const failure = inner.cancelled() ? null : failureOf(inner);
    if (this.done()) {
      if (failure !== null) this.#reportLate(failure.reason);
    } else if (inner.cancelled()) {
      this.cancel();
    } else if (failure === null) {
      this.setResult(inner.result());
    } else {
      this.setException(failure.reason);
    }
  }

  #reportLate(exception: unknown): void {
    if (!this.cancelled() || reported.has(this.#inner)) return;
    reported.add(this.#inner);
    const name = exception instanceof Error ? exception.constructor.name : typeof exception;
    const message = `${name} exception in shielded future`;
    this.getLoop().callExceptionHandler({ message, exception, future: this.#inner });
  }
}
