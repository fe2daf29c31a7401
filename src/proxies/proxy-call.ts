/**
 * The outcome of something that was asked over a proxy. Cancelling it cancels the task that it
 * became on the other loop.
 */
import { ConcurrentFuture } from '../threads/concurrent-future.js';

type Cancel = (id: string, message: string | undefined) => void;

/** A call over a proxy. */
export class ProxyCall extends ConcurrentFuture<unknown> {
  readonly #cancelFar: Cancel;
  #id: string | null = null;

  constructor(cancelFar: Cancel) {
    super();
    this.#cancelFar = cancelFar;
  }

  /** Takes over the outcome of Comlink's promise. */
  follow(promise: PromiseLike<unknown>, id: string): void {
    this.#id = id;
    void promise.then(
      (value) => this.setResult(value),
      (error: unknown) => this.setException(error),
    );
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    if (this.#id !== null) this.#cancelFar(this.#id, message);
    return true;
  }
}
