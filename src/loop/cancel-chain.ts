/**
 * A request to cancel on its way: from a task to what that waits for, from there to what that
 * waits for, and so on. On the thread of the loop.
 *
 * Tasks pass the request on from here, one after the other and depth first, not each from within
 * the call of the one before: the stack would grow with the chain, and overflow at some thousand
 * tasks. A request that comes back to where it was shows a ring of tasks that wait for each other.
 * asyncio's stack overflows there; here one of them is taken out of its wait.
 */
import { AwaitCycleError } from '../errors.js';
import type { Future } from './future.js';

/** A task, as far as a request to cancel has to know it. */
export interface CancelLink extends Future<unknown> {
  /** Whether its coroutine waits for a task, so that `leaveWait` can end that. */
  readonly waitsForTask: boolean;
  /** Cancels what it waits for. */
  passOnCancel(): void;
  /** Raises the error in it, whatever becomes of what it waits for. */
  leaveWait(): void;
}

/** Tasks that the one which passes its request on now has reached; `null` while none does. */
let reached: CancelLink[] | null = null;

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
  try {
    for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
      const { link, isPassed } = next;
      if (isPassed) path.delete(link);
      else if (!path.has(link) || !breakRing(link)) {
        path.add(link);
        ahead.push({ link, isPassed: true });
        reached = [];
        link.passOnCancel();
        for (const each of reached.toReversed()) ahead.push({ link: each, isPassed: false });
      }
    }
  } finally {
    reached = null;
  }
}

/** `false` when there is no ring: an abort listener has asked for the same again. */
function breakRing(link: CancelLink): boolean {
  const behind = waitedForBy(link);
  if (!behind.has(link)) return false;
  for (const each of behind) {
    if (!isLink(each) || !each.waitsForTask || !waitedForBy(each).has(each)) continue;
    each.leaveWait();
    return true;
  }
  throw new AwaitCycleError(
    `${link.toString()} waits for itself by way of async functions or blocks, none of which can ` +
      'be taken out of its wait: let one of them wait with a timeout()',
  );
}

/** What a task waits for, directly or by way of others. */
function waitedForBy(link: CancelLink): Set<Future<unknown>> {
  const found = new Set(link.awaits());
  // A set grows while it is walked.
  for (const future of found) for (const next of future.awaits()) found.add(next);
  return found;
}

function isLink(future: Future<unknown>): future is CancelLink {
  return 'passOnCancel' in future;
}
