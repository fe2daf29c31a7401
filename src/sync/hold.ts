/**
 * Something held until it is released: what `acquire()` of locks and semaphores gives, also of
 * those that threads share. On the thread of the loop.
 */
import type { Holdable } from '../loop/holding.js';

/**
 * A lock or a permit that was acquired, to be given back by `using`. It is always truthy: where
 * asyncio's `acquire()` returns `True`, a test of the result does the same here.
 *
 * Ignore it and call `release()` on the lock, or keep to the hold: `hold.release()` gives it back
 * early, and only the first release through the hold counts. Do not mix the two, as a hold does
 * not see that its lock was released past it.
 *
 * @example
 * function* append(line: string): Coroutine<void> {
 *   using _held = yield* lock.acquire();
 *   yield* write(line);
 * }
 */
export class Hold implements Disposable {
  #held: Holdable | null;

  /** For those who write primitives: whatever is given here has been acquired. */
  constructor(held: Holdable) {
    this.#held = held;
  }

  /** Gives it back; does nothing from the second time on. */
  release(): void {
    const held = this.#held;
    this.#held = null;
    held?.release();
  }

  /** As `release()`, at the end of the scope of a `using`. */
  [Symbol.dispose](): void {
    this.release();
  }
}
