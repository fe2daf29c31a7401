/**
 * What the loops of a coordinator are doing, as a frozen record: the form of all our `stats()`.
 * Taken on the coordinator's thread; costs one call into Node for each loop.
 */
import type { Admission } from './admission.js';
import type { LoopState } from './loop-supervisor.js';
import type { SupervisedLoop } from './supervised-loop.js';

/** One loop, as its coordinator sees it. */
export interface LoopStats {
  readonly name: string;
  /** Node's number of the thread; `null` where none has been made. */
  readonly threadId: number | null;
  readonly state: LoopState;
  /** Which thread of that name it is: 1 unless one died or was recycled. */
  readonly incarnation: number;
  /** Milliseconds since that thread was made. */
  readonly ageMs: number;
  /** Of its heap, as last measured; `null` without the option `recycle.afterHeapMB`. */
  readonly heapUsedMB: number | null;
  /** Calls of this thread that wait for an answer. */
  readonly pendingCount: number;
  /** Calls of this thread that have ended. */
  readonly completedCount: number;
  /** Share of time, 0 to 1, in which the thread was busy since `stats()` was last called. */
  readonly utilization: number;
}

/** All loops of a coordinator. */
export interface CoordinatorStats {
  readonly loops: readonly LoopStats[];
  readonly pendingCount: number;
  readonly completedCount: number;
  /** Calls that `submit` holds back, and callers of `whenRoom` that wait. */
  readonly waitingCount: number;
  /** Whether `submit` would refuse a call, or hold it back. */
  readonly isOverloaded: boolean;
}

/** A snapshot of the loops. */
export function takeStats(
  supervised: readonly SupervisedLoop[],
  { waitingCount, isOverloaded }: Admission,
): CoordinatorStats {
  const loops = supervised.map(statsOf);
  return Object.freeze({
    loops: Object.freeze(loops),
    pendingCount: loops.reduce((sum, { pendingCount }) => sum + pendingCount, 0),
    completedCount: loops.reduce((sum, { completedCount }) => sum + completedCount, 0),
    waitingCount,
    isOverloaded,
  });
}

function statsOf({ name, loop, state, threads, peer }: SupervisedLoop): LoopStats {
  const { bearer } = threads;
  return Object.freeze({
    name,
    threadId: loop.threadId,
    state,
    incarnation: bearer?.number ?? 0,
    ageMs: bearer?.ageMs ?? 0,
    heapUsedMB: bearer?.heapUsedMB ?? null,
    pendingCount: peer.pendingCount,
    completedCount: peer.completedCount,
    utilization: bearer?.utilization() ?? 0,
  });
}
