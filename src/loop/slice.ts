/**
 * How long a host loop may hold its thread before Node gets it back.
 *
 * Ticks run as microtasks, and Node does nothing else as long as microtasks follow each other: no
 * socket, no timer. So a loop measures its slice and then goes on from `setImmediate`, which
 * comes after Node has looked at everything once. Neither side starves.
 */
import { performance } from 'node:perf_hooks';

/**
 * Milliseconds. Long enough that the 1 µs of `setImmediate` is lost in it, short enough that a
 * socket hardly notices. A guess, safe to change.
 */
const sliceMs = 1;

/** The clock is read after at most so many handles: one reading costs about 40 ns. */
const longestStride = 16;

/** How often to look at the clock: ever less, while what happens between two looks is short. */
class Stride {
  #length = 1;
  #countdown = 1;

  restart(): void {
    this.#length = 1;
    this.#countdown = 1;
  }

  /** Whether it is time to look. */
  isOver(): boolean {
    this.#countdown -= 1;
    return this.#countdown <= 0;
  }

  /** Goes on after a look that found so much time gone by. */
  goOn(elapsedMs: number): void {
    this.#length = elapsedMs < sliceMs / 8 ? Math.min(this.#length * 2, longestStride) : 1;
    this.#countdown = this.#length;
  }
}

/** The time share of one loop. */
export class Slice {
  #endMs = 0;
  #lastMs = 0;
  readonly #ticks = new Stride();
  readonly #handles = new Stride();

  /** Node has had the thread: a new slice begins. */
  begin(): void {
    this.#lastMs = performance.now();
    this.#endMs = this.#lastMs + sliceMs;
    this.#ticks.restart();
    this.#handles.restart();
  }

  /** Whether the slice is over; to be asked before each tick. */
  isSpent(): boolean {
    return this.#ticks.isOver() && this.#look(this.#ticks);
  }

  /** Whether the slice is over; to be asked after each handle of a batch. */
  readonly isSpentInBatch = (): boolean => this.#handles.isOver() && this.#look(this.#handles);

  #look(stride: Stride): boolean {
    const nowMs = performance.now();
    stride.goOn(nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    return nowMs >= this.#endMs;
  }
}
