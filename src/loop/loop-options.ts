/**
 * What every loop of ours takes when it is made. Each is a seam: a name for people, a time of
 * one's own, an order where asyncio promises none.
 */
import type { Clock } from './clock.js';

/** Options that every loop of ours takes. */
export interface LoopOptions {
  /** For people. Default: the name of the thread. */
  readonly name?: string;
  /** Default: the monotonic clock of the host. */
  readonly clock?: Clock;
  /** Orders timers of the same time: lower first. Default: as they were scheduled. */
  readonly tieBreak?: () => number;
}
