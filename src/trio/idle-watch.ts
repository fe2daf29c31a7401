/**
 * Tells when all tasks of a run have been blocked for a while, in real time.
 *
 * Two kinds wait for that: tasks in `waitAllTasksBlocked`, and a clock that jumps by itself. Tasks
 * come first, those with the smallest cushion all together, and while one waits no clock jumps.
 * Node gets at least one turn before anybody is told, so that promises and sockets go on.
 */
import type { Future } from '../loop/future.js';

/** A clock that jumps when all tasks have been blocked for so long. */
export interface JumpingClock {
  readonly autojumpThreshold: number;
  /** Jumps to the time of the next timer. */
  autojump(): void;
}

interface Waiter {
  readonly cushionMs: number;
  readonly future: Future<void>;
}

/** Of one run. */
export class IdleWatch {
  readonly #waiters = new Set<Waiter>();
  readonly #clock: JumpingClock | null;
  readonly #isIdle: () => boolean;
  #isArmed = false;
  #turn: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param isIdle - whether nothing stands in the ready queue */
  constructor(clock: JumpingClock | null, isIdle: () => boolean) {
    this.#clock = clock;
    this.#isIdle = isIdle;
  }

  /** The future is settled once nothing has happened for so long. */
  add(future: Future<void>, cushionMs: number): void {
    this.#waiters.add({ future, cushionMs });
    this.renew();
  }

  /** What is waited for has changed. */
  renew(): void {
    if (!this.#isArmed) return;
    this.disarm();
    this.arm();
  }

  /** All tasks are blocked now. */
  arm(): void {
    this.#isArmed = true;
    const cushionMs = this.#shortestWait();
    if (cushionMs === Infinity) return;
    const fire = (): void => this.#fire(cushionMs);
    if (cushionMs === 0) this.#turn = setImmediate(fire);
    else this.#timer = setTimeout(fire, cushionMs);
  }

  /** Something happens. */
  disarm(): void {
    this.#isArmed = false;
    if (this.#turn !== null) clearImmediate(this.#turn);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#turn = null;
    this.#timer = null;
  }

  #shortestWait(): number {
    for (const waiter of this.#waiters) if (waiter.future.done()) this.#waiters.delete(waiter);
    if (this.#waiters.size === 0) return this.#clock?.autojumpThreshold ?? Infinity;
    return Math.min(...[...this.#waiters].map(({ cushionMs }) => cushionMs));
  }

  #fire(cushionMs: number): void {
    // A pass may have been put off until Node has had its turn; it will arm the watch again.
    if (!this.#isIdle()) return;
    if (this.#waiters.size === 0) this.#clock?.autojump();
    for (const waiter of this.#waiters) {
      if (waiter.cushionMs !== cushionMs) continue;
      this.#waiters.delete(waiter);
      if (!waiter.future.done()) waiter.future.setResult();
    }
  }
}
