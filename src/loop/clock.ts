/**
 * Time, as a loop sees it: the first of the three seams to the real world.
 *
 * `HostClock` is the real body: a monotonic clock and Node's own timers. The test body is
 * `VirtualClock` in `threadloop/testing`. Runs on whichever thread owns the loop.
 */
import { performance } from 'node:perf_hooks';
import type { Doorbell } from './doorbell.js';
import { parkAt } from './vigil.js';

/** A wake-up that has been ordered from a clock. */
export interface Alarm {
  /** Withdraws the wake-up; does nothing when it has already come. */
  cancel(): void;
}

/** What a loop asks of time. Implement it to run a loop on a time of your own. */
export interface Clock {
  /** Milliseconds since some fixed point; never goes back. */
  now(): number;
  /**
   * Orders one wake-up once `now()` reaches `whenMs`, which may be `Infinity`. The process stays
   * alive until then. May come early: a loop looks at the clock itself and orders again. A loop
   * holds at most one alarm at a time.
   */
  setAlarm(whenMs: number, wake: () => void): Alarm;
  /**
   * Blocks the thread until `now()` reaches `whenMs`, which may be `Infinity`, or until another
   * thread rings. For blocking loops; may end early.
   */
  park(whenMs: number, doorbell: Doorbell): void;
}

/** The longest that one host timer sleeps, as in asyncio: a loop without timers wakes daily. */
const longestSleepMs = 24 * 60 * 60 * 1000;

/** The real clock: `performance.now()` and `setTimeout`. */
export class HostClock implements Clock {
  now(): number {
    return performance.now();
  }

  setAlarm(whenMs: number, wake: () => void): Alarm {
    // Rounded up: Node counts whole milliseconds, and an early wake-up would only sleep again.
    const delayMs = Math.min(Math.max(Math.ceil(whenMs - performance.now()), 1), longestSleepMs);
    const timer = setTimeout(wake, delayMs);
    return { cancel: () => clearTimeout(timer) };
  }

  park(whenMs: number, doorbell: Doorbell): void {
    parkAt(doorbell, Math.max(0, whenMs - performance.now()));
  }
}
