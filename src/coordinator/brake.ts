/**
 * Slows down a loop whose threads die as fast as they start, and gives it up in the end: the
 * restart policy, after Erlang's supervisors.
 *
 * A thread that proved itself (it answered a call, or lived a second) is replaced at once. Each
 * further one in a row that did not waits twice as long as the one before.
 */

/** What is done for a loop whose thread has died: the option `restart` of a coordinator. */
export interface RestartPolicy {
  /**
   * So many threads are started in place of ones that answered nothing and lived less than a
   * second, in a row and within `withinMs`; the next such death is the end of the loop. Default 5.
   */
  readonly maxRestarts?: number;
  /** Deaths longer ago than this are forgotten. Default 60 000. */
  readonly withinMs?: number;
  /** Before the second replacement in a row; the first comes at once. Default 50. */
  readonly firstDelayMs?: number;
  /** No wait is longer. Default 2 000. */
  readonly longestDelayMs?: number;
}

/** Guesses, safe to change: a worker that cannot start is given up after a second or so. */
export const defaultRestartPolicy: Required<RestartPolicy> = {
  maxRestarts: 5,
  withinMs: 60_000,
  firstDelayMs: 50,
  longestDelayMs: 2_000,
};

/** A thread that lived so many milliseconds was no part of a crash loop. */
const provenAfterMs = 1_000;

/** How one thread lived. */
export interface ThreadLife {
  readonly wasReady: boolean;
  readonly livedMs: number;
  readonly answeredCount: number;
}

/** Decides on each death how long to wait; one for each loop. */
export class Brake {
  readonly #policy: Required<RestartPolicy> | null;
  /** When threads died that had not proved themselves, since the last one that had. */
  #quickDeathsAtMs: number[] = [];

  /** @param policy - `null` for a loop that has one thread and no other */
  constructor(policy: Required<RestartPolicy> | null = defaultRestartPolicy) {
    this.#policy = policy;
  }

  /** Milliseconds until the next thread may start; `null` when there should be none. */
  delayAfterMs({ wasReady, livedMs, answeredCount }: ThreadLife): number | null {
    if (this.#policy === null) return null;
    const { maxRestarts, withinMs, firstDelayMs, longestDelayMs } = this.#policy;
    const isProven = wasReady && (answeredCount > 0 || livedMs >= provenAfterMs);
    if (isProven) this.#quickDeathsAtMs = [];
    else this.#quickDeathsAtMs.push(performance.now());
    const oldestMs = performance.now() - withinMs;
    this.#quickDeathsAtMs = this.#quickDeathsAtMs.filter((diedAtMs) => diedAtMs > oldestMs);
    const count = this.#quickDeathsAtMs.length;
    if (count > maxRestarts) return null;
    if (count <= 1) return 0;
    return Math.min(firstDelayMs * 2 ** (count - 2), longestDelayMs);
  }
}
