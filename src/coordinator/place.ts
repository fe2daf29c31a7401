/**
 * Placement: on which loop a call goes that names none.
 *
 * With a key: always the same one, while it is there. Without: the one with the fewest calls of
 * this thread under way; of equals the one after the last choice, so that they take turns. Linear
 * in the number of loops, which is small.
 */
import { rendezvous } from './rendezvous.js';
import type { PlacementKey } from './rendezvous.js';
import type { SupervisedLoop } from './supervised-loop.js';

/** What a call says of where it wants to go. */
export interface PlacementWish {
  /** Calls of one key go to one loop. */
  readonly key?: PlacementKey | undefined;
}

/** Chooses loops; remembers only whose turn it is. */
export class Placement {
  #turn = 0;

  /**
   * Without a key it prefers loops that are ready. With one it waits for the loop to be replaced
   * when its thread has died; only a loop that is gone for good loses its keys to the others.
   *
   * @returns `undefined` when all are gone
   */
  choose(
    loops: readonly SupervisedLoop[],
    { key }: PlacementWish = {},
  ): SupervisedLoop | undefined {
    const isThere = (each: SupervisedLoop): boolean => each.state !== 'gone';
    if (key !== undefined) return rendezvous(loops.filter(isThere), key);
    let best: SupervisedLoop | undefined;
    for (let offset = 0; offset < loops.length; offset += 1) {
      const each = loops[(this.#turn + offset) % loops.length] as SupervisedLoop;
      if (!isThere(each)) continue;
      if (best === undefined || isBetter(each, best)) best = each;
    }
    if (best !== undefined) this.#turn = (loops.indexOf(best) + 1) % loops.length;
    return best;
  }
}

function isBetter(a: SupervisedLoop, b: SupervisedLoop): boolean {
  if ((a.state === 'ready') !== (b.state === 'ready')) return a.state === 'ready';
  return a.peer.pendingCount < b.peer.pendingCount;
}
