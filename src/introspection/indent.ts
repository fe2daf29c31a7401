/**
 * How far in a line of a drawn tree begins.
 *
 * Chains of waits may be many thousand tasks long, and text that steps in with each of them would
 * grow with the square of that. So the lines step in up to a depth that still fits a wide screen;
 * below it they tell how much further in they stand.
 */

/** How many steps in are drawn: a guess, safe to change. */
const drawnSteps = 60;

/** A place to begin a line; prints as what stands before the text. */
export class Indent {
  readonly #drawn: string;
  readonly #depth: number;

  constructor(drawn = '', depth = 0) {
    this.#drawn = drawn;
    this.#depth = depth;
  }

  /** One step further in, below what is drawn as `step`. */
  stepIn(step: string): Indent {
    const drawn = this.#depth < drawnSteps ? this.#drawn + step : this.#drawn;
    return new Indent(drawn, this.#depth + 1);
  }

  toString(): string {
    const hiddenSteps = this.#depth - drawnSteps;
    return hiddenSteps > 0 ? `${this.#drawn}(${hiddenSteps} further in) ` : this.#drawn;
  }
}
