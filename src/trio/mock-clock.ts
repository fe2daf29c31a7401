/**
 * Time that a test moves, for the runs of this layer. After Trio's `MockClock`.
 *
 * On the thread of the run. It stands still, or goes at a rate of real time, and jumps: by hand, or
 * to the next deadline whenever all tasks of the run that it was given to are blocked.
 */
import { DeadlockError, InvalidArgumentError } from '../errors.js';
import type { Alarm, Clock } from '../loop/clock.js';
import type { IdleWatch, JumpingClock } from './idle-watch.js';

/** Options of `new MockClock()`. */
export interface MockClockOptions {
  /** How much faster than real time it goes; `0` for not at all. Default `0`. */
  readonly rate?: number;
  /** Real milliseconds for which all tasks must be blocked before it jumps. Default `Infinity`. */
  readonly autojumpThresholdMs?: number;
}

interface PendingAlarm {
  readonly whenMs: number;
  readonly wake: () => void;
  timer: NodeJS.Timeout | null;
}

/** A clock for `run(main, { clock })`. */
export class MockClock implements Clock, JumpingClock {
  #rate = 0;
  #autojumpThreshold = Infinity;
  /** The time shown at `#realBaseMs`. */
  #baseMs = 0;
  #realBaseMs: number = performance.now();
  readonly #alarms = new Set<PendingAlarm>();
  #idleWatch: IdleWatch | null = null;

  /** @throws InvalidArgumentError when a number is out of range */
  constructor({ rate = 0, autojumpThresholdMs = Infinity }: MockClockOptions = {}) {
    this.rate = rate;
    this.autojumpThreshold = autojumpThresholdMs;
  }

  /** How much faster than real time it goes; may be changed at any time. */
  get rate(): number {
    return this.#rate;
  }

  set rate(rate: number) {
    if (!(rate >= 0)) throw new InvalidArgumentError(`rate must be >= 0, got ${rate}`);
    this.#rebase(this.now());
    this.#rate = rate;
    for (const alarm of this.#alarms) this.#setTimer(alarm);
  }

  /** Real milliseconds for which all tasks must be blocked before it jumps. */
  get autojumpThreshold(): number {
    return this.#autojumpThreshold;
  }

  set autojumpThreshold(thresholdMs: number) {
    if (!(thresholdMs >= 0)) {
      throw new InvalidArgumentError(`autojumpThreshold must be >= 0, got ${thresholdMs}`);
    }
    this.#autojumpThreshold = thresholdMs;
    this.#idleWatch?.renew();
  }

  /** Milliseconds; at first 0. */
  now(): number {
    return this.#baseMs + (performance.now() - this.#realBaseMs) * this.#rate;
  }

  /**
   * Moves time on. What becomes due runs in later passes.
   *
   * @throws InvalidArgumentError when `ms` is negative or no number
   */
  jump(ms: number): void {
    if (!(ms >= 0)) throw new InvalidArgumentError(`time can't go backwards: jump(${ms})`);
    this.#rebase(this.now() + ms);
    this.#ring();
  }

  setAlarm(whenMs: number, wake: () => void): Alarm {
    const alarm: PendingAlarm = { whenMs, wake, timer: null };
    this.#alarms.add(alarm);
    this.#setTimer(alarm);
    return { cancel: () => this.#drop(alarm) };
  }

  /** Jumps at once: nobody could move the clock of a blocked thread. */
  park(whenMs: number): void {
    if (whenMs === Infinity) throw new DeadlockError('Nothing will ever happen on this loop again');
    this.jump(Math.max(0, whenMs - this.now()));
  }

  /** For runs: jumps to the next alarm. */
  autojump(): void {
    const nextMs = Math.min(...[...this.#alarms].map(({ whenMs }) => whenMs));
    if (nextMs !== Infinity) this.#rebase(Math.max(nextMs, this.now()));
    this.#ring();
  }

  /** For runs: who tells it when all tasks are blocked; `null` when the run is over. */
  install(idleWatch: IdleWatch | null): void {
    this.#idleWatch = idleWatch;
  }

  #rebase(nowMs: number): void {
    this.#baseMs = nowMs;
    this.#realBaseMs = performance.now();
  }

  #ring(): void {
    const nowMs = this.now();
    const due = [...this.#alarms].filter(({ whenMs }) => whenMs <= nowMs);
    for (const alarm of due) this.#drop(alarm);
    for (const { wake } of due) wake();
  }

  #drop(alarm: PendingAlarm): void {
    if (alarm.timer !== null) clearTimeout(alarm.timer);
    alarm.timer = null;
    this.#alarms.delete(alarm);
  }

  #setTimer(alarm: PendingAlarm): void {
    if (alarm.timer !== null) clearTimeout(alarm.timer);
    alarm.timer = null;
    if (this.#rate === 0 || alarm.whenMs === Infinity) return;
    const delayMs = Math.max(0, (alarm.whenMs - this.now()) / this.#rate);
    alarm.timer = setTimeout(() => this.#onTimer(alarm), Math.ceil(delayMs));
  }

  #onTimer(alarm: PendingAlarm): void {
    this.#drop(alarm);
    alarm.wake();
  }
}
