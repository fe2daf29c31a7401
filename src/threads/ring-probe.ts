/**
 * How threads find out that they block for each other in a ring, which nothing can end.
 *
 * A thread that blocks for a call without a limit sends a probe after the call, again and again.
 * Whoever gets one while it blocks in turn, and still owes the answer, passes it on to the thread
 * that it waits for itself. A probe that comes back to its first sender has gone around a ring.
 * After Chandy, Misra and Haas (1983), "Distributed deadlock detection".
 *
 * **No false alarm.** When a thread passes a probe on it blocks, and whoever sent it has had no
 * answer; nothing but the answer ends that one's wait. So each thread of the way is still blocked
 * when the next one passes the probe on, and all are when it has come around. A cancel from outside
 * may still end a wait; but nobody will ever get an answer.
 */
import { threadId } from 'node:worker_threads';
import { threadName } from '../loop/current-loop.js';
import { presentWait } from './blocking-wait.js';

/** Subject of the notice. */
export const probeNotice = 'probe';

/** Body of the notice. */
export interface Probe {
  /** Which wait of its first sender it is about. */
  readonly wait: number;
  /** The call that its last sender waits for, by its number on this link. */
  readonly callId: number;
  /** Its senders. */
  readonly path: readonly Station[];
}

interface Station {
  readonly threadId: number;
  readonly name: string;
}

/** What this thread blocks for now, where it blocks without a limit. */
interface Edge {
  readonly wait: number;
  readonly callId: number;
  readonly send: (probe: Probe) => void;
  /** The names of those that wait for this one in a ring, and which it is to break. */
  ring: readonly string[] | null;
}

let edge: Edge | null = null;

/**
 * To be called from time to time while this thread blocks for a call.
 *
 * @param send - sends a probe to the thread that was called
 * @returns who waits for this thread in turn, the called one first, if it is to break the ring
 */
export function probeRing(callId: number, send: (probe: Probe) => void): readonly string[] | null {
  const wait = presentWait();
  if (wait === null) return null;
  edge = { wait, callId, send, ring: edge?.wait === wait ? edge.ring : null };
  send({ wait, callId, path: [here()] });
  return edge.ring;
}

/** A probe has come after a call that this thread has not answered. */
export function onProbe({ wait, path }: Probe): void {
  if (edge === null || edge.wait !== presentWait()) return;
  if (path[0]?.threadId === threadId) {
    if (wait === edge.wait && isBreaker(path)) edge.ring = path.slice(1).map(({ name }) => name);
    return;
  }
  // In a ring that its first sender is not in, it has been here.
  if (path.some((each) => each.threadId === threadId)) return;
  edge.send({ wait, callId: edge.callId, path: [...path, here()] });
}

/** In words, for `deadlock()`: why the thread that was called will not answer. */
export function whyRing([called, ...others]: readonly string[]): string {
  const further = others.map((name) => `for loop '${name}', and that `).join('');
  return `loop '${called}' blocks ${further}for an answer of this thread, which cannot come`;
}

function here(): Station {
  return { threadId, name: threadName() };
}

/** One of the ring is enough: the youngest, so that a main program hears of it by its call. */
function isBreaker(path: readonly Station[]): boolean {
  return path.every((each) => each.threadId <= threadId);
}
