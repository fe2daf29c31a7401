/**
 * How long a host loop may hold its thread before Node gets it back.
 *
 * Ticks run as microtasks, and Node does nothing else as long as microtasks follow each other: no
 * socket, no timer. So a loop measures its slice and then goes on from `setImmediate`, which
 * comes after Node has looked at everything once. Neither side starves.
 */

/**
 * Milliseconds. Long enough that the 1 µs of `setImmediate` is lost in it, short enough that a
 * socket hardly notices. A guess, safe to change.
 */
const sliceMs = 1;

/** The clock is read after at most so many handles: one reading costs about 40 ns. */
const longestStride = 64;

/** The time share of one loop. */
export class Slice {
  #endMs = 0;
  #stride = 1;
  #countdown = 1;
  #lastMs = 0;

  /** Node has had the thread: a new slice begins. */
  begin(): void {
    this.#lastMs = performance.now();
    this.#endMs = this.#lastMs + sliceMs;
    this.#stride = 1;
    this.#countdown = 1;
  }

  /**
   * Whether the slice is over; to be asked after each handle. While handles are short the clock
   * is read ever less often, so that asking costs next to nothing.
   */
  readonly isSpent = (): boolean => {
    this.#countdown -= 1;
    if (this.#countdown > 0) return false;
    const beforeMs = this.#lastMs;
    const isOver = this.isSpentNow();
    const isFast = this.#lastMs - beforeMs < sliceMs / 8;
    this.#stride = isFast ? Math.min(this.#stride * 2, longestStride) : 1;
    this.#countdown = this.#stride;
    return isOver;
  };

  /** As `isSpent`, and reads the clock at any rate. */
  isSpentNow(): boolean {
    this.#lastMs = performance.now();
    return this.#lastMs >= this.#endMs;
  }
}
