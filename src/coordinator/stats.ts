/**
 * What the loops of a coordinator are doing, as a frozen record: the form of all our `stats()`.
 * Taken on the coordinator's thread; costs one call into Node for each loop.
 */
import type { LoopState, SupervisedLoop } from './supervised-loop.js';

/** One loop, as its coordinator sees it. */
export interface LoopStats {
  readonly name: string;
  /** Node's number of the thread; `null` where none has been made. */
  readonly threadId: number | null;
  readonly state: LoopState;
  /** How many threads have borne the name: 1 unless one died. */
  readonly incarnation: number;
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
}

/** A snapshot of the loops. */
export function takeStats(supervised: readonly SupervisedLoop[]): CoordinatorStats {
  const loops = supervised.map((each) =>
    Object.freeze({
      name: each.name,
      threadId: each.loop.threadId,
      state: each.state,
      incarnation: each.incarnation,
      pendingCount: each.peer.pendingCount,
      completedCount: each.peer.completedCount,
      utilization: each.utilization(),
    }),
  );
  return Object.freeze({
    loops: Object.freeze(loops),
    pendingCount: loops.reduce((sum, { pendingCount }) => sum + pendingCount, 0),
    completedCount: loops.reduce((sum, { completedCount }) => sum + completedCount, 0),
  });
}
