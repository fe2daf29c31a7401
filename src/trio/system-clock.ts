/**
 * The real time of a run. Each run counts from a random point on, so that a time of one run can
 * not pass for one of another. After Trio's `SystemClock`.
 */
import { HostClock } from '../loop/clock.js';
import type { Alarm } from '../loop/clock.js';
import type { Doorbell } from '../loop/doorbell.js';

/** Between these lies the first time that a run sees, in milliseconds: as in Trio. */
const [leastOffsetMs, greatestOffsetMs] = [10_000_000, 200_000_000];

/** The default clock of `run()`. */
export class SystemClock extends HostClock {
  readonly #offsetMs = leastOffsetMs + Math.random() * (greatestOffsetMs - leastOffsetMs);

  override now(): number {
    return super.now() + this.#offsetMs;
  }

  override setAlarm(whenMs: number, wake: () => void): Alarm {
    return super.setAlarm(whenMs - this.#offsetMs, wake);
  }

  override park(whenMs: number, doorbell: Doorbell): void {
    super.park(whenMs - this.#offsetMs, doorbell);
  }
}
