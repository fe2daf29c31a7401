/**
 * How many inputs are worked on at once in this thread.
 *
 * A counting semaphore for the coroutines of one loop, first in, first out. A free slot is taken
 * without waiting.
 */
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import type { Future } from '../loop/future.js';

/** A number of slots. Whoever takes one releases it. */
export class Slots {
  #freeCount: number;
  /** Bounded by the tickets of the loop: each waits with one. */
  readonly #waiting: Array<Future<void>> = [];

  constructor(count: number) {
    this.#freeCount = count;
  }

  /** Waits for a slot. */
  *take(): Coroutine<void> {
    if (this.#freeCount > 0) {
      this.#freeCount -= 1;
      return;
    }
    const turn = getRunningLoop().createFuture<void>();
    this.#waiting.push(turn);
    yield* turn;
  }

  /** Hands the slot to whoever has waited longest. */
  release(): void {
    const turn = this.#waiting.shift();
    if (turn === undefined) this.#freeCount += 1;
    else turn.setResult();
  }
}
