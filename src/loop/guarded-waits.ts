/**
 * What one async function of ours waits for: mostly one thing at a time, thousands under
 * `Promise.all`. Cancelling its task cancels them all.
 */
import { bringsOwnScope } from './context.js';
import type { EventLoop } from './event-loop.js';
import { isFuture } from './future.js';
import type { Future } from './future.js';
import type { Waitable } from './waitable.js';

/** Below this many entries the list is not searched for finished ones. A guess, safe to change. */
const minCountForPrune = 16;

/** Adding takes constant time (amortized). */
export class GuardedWaits {
  /** Some are done, and some may stand in it twice. */
  #waits: Waitable<unknown>[] = [];
  #pruneAtCount = minCountForPrune;
  #isDelivering = false;

  add(waitable: Waitable<unknown>): void {
    this.#waits.push(waitable);
    if (this.#waits.length < this.#pruneAtCount) return;
    this.#waits = this.#waits.filter((wait) => !wait.done());
    // Twice what is left: the search is paid by the entries added since the last one.
    this.#pruneAtCount = Math.max(minCountForPrune, this.#waits.length * 2);
  }

  /**
   * Cancels all that are not done; whether there was one, or one was cancelled just now, so that
   * its error is still on its way.
   */
  cancel(message: string | undefined, loop: EventLoop): boolean {
    if (this.#isDelivering) return true;
    for (const wait of this.#waits) {
      if (!wait.done() && wait.cancel(message)) this.#isDelivering = true;
    }
    if (this.#isDelivering) loop.callSoon(endDelivery, this);
    return this.#isDelivering;
  }

  /** Those that are futures, and not done. */
  futures(): Future<unknown>[] {
    return [...new Set(this.#waits)].filter(isFuture).filter((future) => !future.done());
  }

  /** The loop has passed the errors on. */
  endDelivery(): void {
    this.#isDelivering = false;
  }
}

const endDelivery = bringsOwnScope((waits: { endDelivery(): void }): void => waits.endDelivery());
