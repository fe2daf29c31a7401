/**
 * Time that a test moves: the test body of the clock seam.
 *
 * Runs on the thread of the loop that it is given to. Nothing sleeps: either the test advances the
 * clock, or, with `autojump`, the clock jumps to the next timer whenever the loop has nothing
 * else to do. After Trio's `MockClock`.
 */
import { DeadlockError, InvalidArgumentError } from '../errors.js';
import type { Alarm, Clock } from '../loop/clock.js';

interface PendingAlarm {
  readonly whenMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  readonly #isAutojumping: boolean;
  #nowMs = 0;
  #alarms: PendingAlarm[] = [];

  /** @param options - `autojump`: jump to the next timer when the loop is idle. Default `false` */
  constructor({ autojump = false }: { readonly autojump?: boolean } = {}) {
    this.#isAutojumping = autojump;
  }

  now(): number {
    return this.#nowMs;
  }

  setAlarm(whenMs: number, wake: () => void): Alarm {
    const alarm = { whenMs, wake };
    this.#alarms.push(alarm);
    const isPending = (): boolean => this.#alarms.includes(alarm);
    if (this.#isAutojumping && whenMs !== Infinity) {
      // After Node has had a turn: a promise or a message may still have something to do first.
      setImmediate(() => isPending() && this.#jumpTo(Math.max(whenMs, this.#nowMs)));
    }
    return { cancel: () => (this.#alarms = this.#alarms.filter((each) => each !== alarm)) };
  }

  /** Jumps at once: nobody could move the clock of a blocked thread. */
  park(whenMs: number): void {
    if (whenMs === Infinity) throw new DeadlockError('Nothing will ever happen on this loop again');
    this.#jumpTo(Math.max(whenMs, this.#nowMs));
  }

  /**
   * Moves time on by `ms` milliseconds and wakes what is due. Loops run their callbacks after
   * this call, in their next ticks.
   *
   * @throws InvalidArgumentError when `ms` is negative or no number
   */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new InvalidArgumentError(`time can't go backwards: advance(${ms})`);
    this.#jumpTo(this.#nowMs + ms);
  }

  #jumpTo(nowMs: number): void {
    this.#nowMs = nowMs;
    const due = this.#alarms.filter(({ whenMs }) => whenMs <= nowMs);
    this.#alarms = this.#alarms.filter(({ whenMs }) => whenMs > nowMs);
    for (const { wake } of due) wake();
  }
}
