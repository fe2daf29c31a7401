/**
 * The inner lock of something shared: held for the microsecond in which its words change.
 *
 * Any thread, and it blocks. One word: 0 when free, the life of the thread inside, or that life
 * negated when others sleep in front. The thread inside never waits for anything, so nobody waits
 * long; unless it is ended there. Then whoever sees that it is dead takes its place, and finds the
 * words as they were between two writes: what they mean then is for the owner of the words to
 * say. Not fair, as it is never held long enough to matter.
 */
import { InvalidStateError } from '../errors.js';
import type { ThreadTable } from './thread-table.js';

/** Looks before sleeping: a stay is shorter than falling asleep. A guess, safe to change. */
const spinCount = 200;

/** Milliseconds between two looks whether the thread inside has died. A guess, safe to change. */
const recheckMs = 10;

/**
 * Milliseconds after which one gives up. A thread died inside, and the news of it can only come
 * through the event loop that is blocked here; so an error, after which the next attempt succeeds.
 */
const patienceMs = 10_000;

/** A lock of one word. */
export class Guard {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #table: ThreadTable;

  constructor(words: Int32Array, index: number, table: ThreadTable) {
    this.#words = words;
    this.#index = index;
    this.#table = table;
  }

  /** @throws InvalidStateError when it cannot be had for 10 s */
  enter(life: number): void {
    if (Atomics.compareExchange(this.#words, this.#index, 0, life) !== 0) this.#enterSlowly(life);
  }

  leave(): void {
    const wasCrowded = Atomics.exchange(this.#words, this.#index, 0) < 0;
    if (wasCrowded) Atomics.notify(this.#words, this.#index, 1);
  }

  #enterSlowly(life: number): void {
    const words = this.#words;
    const index = this.#index;
    const deadlineMs = performance.now() + patienceMs;
    for (let look = 0; look < spinCount; look += 1) {
      if (Atomics.load(words, index) !== 0) continue;
      if (Atomics.compareExchange(words, index, 0, life) === 0) return;
    }
    while (performance.now() < deadlineMs) {
      // Whoever has slept cannot know whether others still do.
      const seen = Atomics.compareExchange(words, index, 0, -life);
      if (seen === 0) return;
      const inside = Math.abs(seen);
      if (!this.#table.isAlive(inside)) {
        if (Atomics.compareExchange(words, index, seen, -life) === seen) return;
        continue;
      }
      if (seen > 0 && Atomics.compareExchange(words, index, seen, -seen) !== seen) continue;
      const outcome = Atomics.wait(words, index, -inside, recheckMs);
      if (outcome === 'timed-out') this.#table.buryMissing();
    }
    const inside = Math.abs(Atomics.load(words, index));
    throw new InvalidStateError(
      `Thread '${this.#table.nameOf(inside)}' ended in the middle of a change of what is shared, ` +
        'or was stopped by a debugger. Let the event loop of this thread run, and try again',
    );
  }
}
