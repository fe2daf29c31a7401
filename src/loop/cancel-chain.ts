/**
 * A request to cancel on its way: from a task to what that waits for, from there to what that
 * waits for, and so on. On the thread of the loop.
 *
 * Tasks pass the request on from here, one after the other and depth first, not each from within
 * the call of the one before: the stack would grow with the chain, and overflow at some thousand
 * tasks. A request that comes back to where it was shows a ring of tasks that wait for each other.
 * asyncio's stack overflows there; here one of them is taken out of its wait. Where many are
 * cancelled at once, each way is gone once, or the last of a long chain would hear from all others.
 */
import { AwaitCycleError } from '../errors.js';
import type { Future } from './future.js';

/** A task, as far as a request to cancel has to know it. */
export interface CancelLink extends Future<unknown> {
  /** Whether its coroutine waits for that task itself, so that `leaveWait` can end that. */
  standsOn(link: CancelLink): boolean;
  /** Cancels what it waits for. */
  passOnCancel(): void;
  /** Raises the error in it, whatever becomes of what it waits for. */
  leaveWait(): void;
}

/** Tasks that the one which passes its request on now has reached; `null` while none does. */
let reached: CancelLink[] | null = null;

/** Requests to many tasks at once. */
class Sweep {
  /** Those that an earlier request has reached: a second one would find everything cancelled. */
  readonly reached = new Set<CancelLink>();
  /** Those that wait for a ring which could not be broken, and will never end. */
  readonly stuck = new Set<CancelLink>();
  /** The first ring of that kind. */
  error: AwaitCycleError | null = null;
}

/** The one that goes on now. */
let sweep: Sweep | null = null;

/** Cancels tasks one after the other, and tells at the end of those that will never hear of it. */
export function cancelEach(links: Iterable<CancelLink>): {
  readonly stuck: ReadonlySet<CancelLink>;
  readonly error: AwaitCycleError | null;
} {
  const outer = sweep;
  const own = (sweep = new Sweep());
  try {
    for (const link of links) {
      try {
        link.cancel();
      } catch (error) {
        if (!(error instanceof AwaitCycleError)) throw error;
        own.error ??= error;
      }
    }
  } finally {
    sweep = outer;
  }
  return own;
}

/**
 * Passes the request to cancel a task on to the end. Called while another request is on its way,
 * it returns at once, and the other takes this one along.
 *
 * @throws AwaitCycleError for a ring in which no task can be taken out of its wait
 */
export function followCancel(first: CancelLink): void {
  if (reached !== null) {
    reached.push(first);
    return;
  }
  const path = new Set<CancelLink>();
  const ahead = [{ link: first, isPassed: false }];
  const passed = new Set<CancelLink>();
  try {
    for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
      const { link, isPassed } = next;
      if (isPassed) path.delete(link);
      else if (sweep?.reached.has(link) === true) {
        if (sweep.stuck.has(link)) markStuck(path);
      } else if (path.has(link)) breakRing(path, link);
      else {
        path.add(link);
        passed.add(link);
        ahead.push({ link, isPassed: true });
        reached = [];
        link.passOnCancel();
        for (const each of reached.toReversed()) ahead.push({ link: each, isPassed: false });
      }
    }
    // Only now: within a request, each way that leads to a task may close another ring.
    for (const link of passed) sweep?.reached.add(link);
  } catch (error) {
    markStuck(path);
    throw error;
  } finally {
    reached = null;
  }
}

function markStuck(path: Iterable<CancelLink>): void {
  for (const link of path) {
    sweep?.stuck.add(link);
    sweep?.reached.add(link);
  }
}

/** Takes one of a ring out of its wait: of those on the path from the given link on. */
function breakRing(path: ReadonlySet<CancelLink>, link: CancelLink): void {
  const onPath = [...path];
  const ring = [...onPath.slice(onPath.indexOf(link) + 1), link];
  const nextOf = (index: number): CancelLink => ring[(index + 1) % ring.length] ?? link;
  // No ring where an abort listener has asked for the same again, or where it is broken already.
  if (!ring.every((each, index) => waitsFor(each, nextOf(index)))) return;
  const leaving = ring.find((each, index) => each.standsOn(nextOf(index)));
  if (leaving === undefined) {
    throw new AwaitCycleError(
      `${link.toString()} waits for itself by way of async functions or blocks, none of which ` +
        'can be taken out of its wait: let one of them wait with a timeout()',
    );
  }
  leaving.leaveWait();
}

/** Whether one waits for the other, directly or by way of futures that are no tasks. */
function waitsFor(waiting: CancelLink, link: CancelLink): boolean {
  const found = new Set(waiting.awaits());
  // A set grows while it is walked.
  for (const future of found) {
    if (!isLink(future)) for (const next of future.awaits()) found.add(next);
  }
  return found.has(link);
}

function isLink(future: Future<unknown>): future is CancelLink {
  return 'passOnCancel' in future;
}
