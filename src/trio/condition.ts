/**
 * A lock, and a line of tasks that wait for what it guards to change. For the tasks of one loop.
 * After Trio's `Condition`.
 */
import { InvalidStateError } from '../errors.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { runHolding } from '../loop/holding.js';
import { Operation } from '../loop/operation.js';
import { ownTask, passCancelPoint, shielded } from './checkpoint.js';
import { Lock } from './lock.js';
import type { LockStatistics } from './lock.js';
import { ParkingLot } from './parking-lot.js';

/** How a condition stands. */
export interface ConditionStatistics {
  /** Tasks that wait to be notified. */
  readonly tasksWaiting: number;
  readonly lockStatistics: LockStatistics;
}

/** Tasks wait in it for each other's news, and hold its lock before and after. */
export class Condition {
  readonly #lot = new ParkingLot();
  readonly #lock: Lock;

  /** @param lock - default: a new one */
  constructor(lock: Lock = new Lock()) {
    this.#lock = lock;
  }

  /** Whether a task holds the lock. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /** As `lock.acquireNowait()`. */
  acquireNowait(): void {
    this.#lock.acquireNowait();
  }

  /** As `lock.acquire()`. */
  acquire(): Operation<void> {
    return this.#lock.acquire();
  }

  /** As `lock.release()`. */
  release(): void {
    this.#lock.release();
  }

  /** Holds the lock while `body` runs in the calling task. */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /**
   * Releases the lock, waits to be notified, and takes the lock again, also when it is cancelled.
   * A checkpoint.
   *
   * @throws InvalidStateError when the calling task does not hold the lock
   */
  wait(): Operation<void> {
    return new Operation(() => this.#wait());
  }

  /**
   * Wakes the `count` tasks that have waited longest; they go on one after the other, as the lock
   * gets free.
   *
   * @throws InvalidStateError when the calling task does not hold the lock
   */
  notify(count = 1): void {
    this.#assertOwned();
    for (let left = count; left > 0 && this.#lot.unpark() !== null; left -= 1);
  }

  /** Wakes all tasks that wait. */
  notifyAll(): void {
    this.notify(Infinity);
  }

  /** A frozen record. */
  statistics(): ConditionStatistics {
    const lockStatistics = this.#lock.statistics();
    return Object.freeze({ tasksWaiting: this.#lot.size, lockStatistics });
  }

  *#wait(): Coroutine<void> {
    yield* passCancelPoint();
    this.#assertOwned();
    this.#lock.release();
    try {
      yield* this.#lot.park(() => void this.#lot.unpark());
    } finally {
      yield* shielded(() => this.#lock.acquire()[Symbol.iterator]());
    }
  }

  #assertOwned(): void {
    if (this.#lock.statistics().owner === ownTask()) return;
    throw new InvalidStateError('must hold the lock');
  }
}
