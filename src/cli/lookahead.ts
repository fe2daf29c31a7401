/**
 * How many inputs are kept at a loop beyond those that run there.
 *
 * With none, a loop idles between two inputs for as long as a message takes there and back. With
 * too many, a loop that came upon slow inputs holds others back while its neighbours idle. So they
 * are counted in time: enough for a few milliseconds of work, measured on the inputs done so far.
 */

/** Work that is kept waiting: many times a message's way there and back. A guess. */
const aheadMs = 10;

/** At least one, so that even a loop with slow inputs finds the next one there. */
const minCount = 1;

/** Largest number that waits at a loop, however small the inputs: bounds memory and lost work. */
export const maxAheadCount = 256;

/** No input costs less than this with the messages around it, whatever its function takes. */
const minInputMs = 0.01;

/** Weight of the newest input in the mean: about the last twenty count. */
const newestWeight = 0.1;

/** Measures inputs and says when to send more. */
export class Lookahead {
  readonly #slotCount: number;
  #meanMs: number | undefined;
  #isFilling = true;

  /** @param slotCount - inputs that run at once, and so use up the work that waits together */
  constructor(slotCount: number) {
    this.#slotCount = slotCount;
  }

  /** Notes how long an input took. */
  note(ms: number): void {
    const inputMs = Math.max(ms, minInputMs);
    this.#meanMs ??= inputMs;
    this.#meanMs += newestWeight * (inputMs - this.#meanMs);
  }

  /** Inputs to keep waiting at the loop, beyond those that run. */
  get count(): number {
    if (this.#meanMs === undefined) return minCount;
    const count = Math.ceil((aheadMs * this.#slotCount) / this.#meanMs);
    return Math.min(Math.max(count, minCount), maxAheadCount);
  }

  /**
   * Whether to send one more to a loop that has so many, running and waiting. Once it has its fill,
   * only when half of those that waited have begun: inputs sent together cost one message.
   */
  wantsMore(size: number): boolean {
    const { count } = this;
    if (size >= this.#slotCount + count) this.#isFilling = false;
    else if (size <= this.#slotCount + Math.floor(count / 2)) this.#isFilling = true;
    return this.#isFilling;
  }
}
