/**
 * What one async function of ours waits for: mostly one thing at a time, thousands under
 * `Promise.all`. Cancelling its task cancels them all.
 */
import type { Waitable } from './waitable.js';

/** Below this many entries the set is not searched for finished ones. A guess, safe to change. */
const minCountForPrune = 16;

/** Adding takes constant time (amortized). */
export class GuardedWaits {
  #waits: Set<Waitable<unknown>> | null = null;
  #pruneAtCount = minCountForPrune;

  add(waitable: Waitable<unknown>): void {
    this.#waits ??= new Set();
    this.#waits.add(waitable);
    if (this.#waits.size < this.#pruneAtCount) return;
    for (const wait of this.#waits) if (wait.done()) this.#waits.delete(wait);
    // Twice what is left: the search is paid by the entries added since the last one.
    this.#pruneAtCount = Math.max(minCountForPrune, this.#waits.size * 2);
  }

  /** Cancels all that are not done; whether there was one. */
  cancel(message: string | undefined): boolean {
    let hadOne = false;
    for (const wait of this.#waits ?? []) {
      if (!wait.done() && wait.cancel(message)) hadOne = true;
    }
    return hadOne;
  }
}
