/**
 * Puts answers back into the order of their inputs.
 *
 * Answers come in any order and leave by number, without a gap: each waits for those before it.
 * What waits is bounded, in number and in size; when the window is full no further input may start,
 * and only the answer at its head can open it again.
 */

/** Which answer leaves when. */
export interface AnswerOrder {
  /** Whether a further number may be given out. */
  readonly hasRoom: boolean;
  /** Gives out the number of an input; each gets an answer or is given up, exactly once. */
  take(): number;
  /** Takes the answer of a number, and passes on what may leave now. */
  put(number: number, line: string): void;
  /** Gives a number up: it gets no answer, and those behind it do not wait for it. */
  giveUp(number: number): void;
}

/** Answers leave as they come. */
export function unordered(emit: (line: string) => void): AnswerOrder {
  let next = 0;
  return {
    hasRoom: true,
    take: () => next++,
    put: (_number, line) => emit(line),
    giveUp: () => {},
  };
}

/** Bounds of what may wait. */
export interface WindowBounds {
  /** Inputs given out and not yet passed on. */
  readonly maxCount: number;
  /** Characters of the answers that wait. */
  readonly maxChars: number;
}

/**
 * One slow input among a hundred thousand fast ones a second should not stop the fast ones within a
 * blink, and what waits should not show in the memory of the process. Both guesses, safe to change.
 */
const defaultBounds: WindowBounds = { maxCount: 16_384, maxChars: 16 * 1024 * 1024 };

/** An answer that waits; `undefined` for a number that was given up. */
type Waiting = string | undefined;

/** Answers leave in the order of their numbers. */
export class ReorderWindow implements AnswerOrder {
  readonly #emit: (line: string) => void;
  readonly #bounds: WindowBounds;
  readonly #waiting = new Map<number, Waiting>();
  #waitingChars = 0;
  /** The number whose answer goes out next. */
  #head = 0;
  /** The number that is given out next. */
  #next = 0;

  constructor(emit: (line: string) => void, bounds: WindowBounds = defaultBounds) {
    this.#emit = emit;
    this.#bounds = bounds;
  }

  get hasRoom(): boolean {
    return (
      this.#next - this.#head < this.#bounds.maxCount && this.#waitingChars < this.#bounds.maxChars
    );
  }

  take(): number {
    const number = this.#next;
    this.#next += 1;
    return number;
  }

  put(number: number, line: string): void {
    this.#settle(number, line);
  }

  giveUp(number: number): void {
    this.#settle(number, undefined);
  }

  #settle(number: number, line: Waiting): void {
    this.#waiting.set(number, line);
    this.#waitingChars += line?.length ?? 0;
    while (this.#waiting.has(this.#head)) {
      const ready = this.#waiting.get(this.#head);
      this.#waiting.delete(this.#head);
      this.#head += 1;
      if (ready === undefined) continue;
      this.#waitingChars -= ready.length;
      this.#emit(ready);
    }
  }
}
