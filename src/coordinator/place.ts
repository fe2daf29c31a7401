/**
 * Placement: on which loop a call goes that names none.
 *
 * The one with the fewest calls of this thread under way; of equals the one after the last choice,
 * so that they take turns. Linear in the number of loops, which is small.
 */
import type { SupervisedLoop } from './supervised-loop.js';

/** Chooses loops; remembers only whose turn it is. */
export class Placement {
  #turn = 0;

  /** Prefers loops that are ready; `undefined` when all are gone. */
  choose(loops: readonly SupervisedLoop[]): SupervisedLoop | undefined {
    let best: SupervisedLoop | undefined;
    for (let offset = 0; offset < loops.length; offset += 1) {
      const each = loops[(this.#turn + offset) % loops.length] as SupervisedLoop;
      if (each.state === 'gone') continue;
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
