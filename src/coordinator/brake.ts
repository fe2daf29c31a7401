/**
 * Slows down a loop whose threads die as fast as they start.
 *
 * A thread that proved itself (it answered a call, or lived a while) is replaced at once. Each
 * further one in a row that did not waits twice as long as the one before; a loop whose threads
 * keep dying before they are ready is given up.
 */

/** Milliseconds before the second replacement in a row. A guess, safe to change. */
const firstDelayMs = 50;

/** Milliseconds; no wait is longer. */
const longestDelayMs = 2_000;

/** A thread that lived so many milliseconds was no part of a crash loop. */
const provenAfterMs = 1_000;

/** So many threads in a row that never became ready end the attempts. */
const maxFailedStartCount = 5;

/** How one thread lived. */
export interface ThreadLife {
  readonly wasReady: boolean;
  readonly livedMs: number;
  readonly answeredCount: number;
}

/** Decides on each death how long to wait; one for each loop. */
export class Brake {
  #quickDeathCount = 0;
  #failedStartCount = 0;

  /** Milliseconds until the next thread may start; `null` when there should be none. */
  delayAfterMs({ wasReady, livedMs, answeredCount }: ThreadLife): number | null {
    if (wasReady) this.#failedStartCount = 0;
    else this.#failedStartCount += 1;
    if (this.#failedStartCount >= maxFailedStartCount) return null;
    const isProven = wasReady && (answeredCount > 0 || livedMs >= provenAfterMs);
    this.#quickDeathCount = isProven ? 0 : this.#quickDeathCount + 1;
    if (this.#quickDeathCount <= 1) return 0;
    return Math.min(firstDelayMs * 2 ** (this.#quickDeathCount - 2), longestDelayMs);
  }
}
