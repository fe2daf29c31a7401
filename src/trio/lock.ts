/**
 * A lock that belongs to the task which holds it. After Trio's `Lock`.
 *
 * Handing over takes one step: `release()` makes the first in line the owner, so that nobody gets
 * in between. An owner that ends without releasing breaks the lock, for good.
 */
import { BrokenResourceError, InvalidStateError, WouldBlockError } from '../errors.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { runHolding } from '../loop/holding.js';
import { Operation } from '../loop/operation.js';
import type { Task } from '../loop/task.js';
import { ownTask, passCancelPoint, passSchedulePoint } from './checkpoint.js';
import { ParkingLot } from './parking-lot.js';

/** How a lock stands. */
export interface LockStatistics {
  readonly locked: boolean;
  /** The task that holds it. */
  readonly owner: Task<unknown> | null;
  readonly tasksWaiting: number;
}

/** Mutual exclusion between tasks: first come, first served. Not reentrant. */
export class Lock {
  readonly #lot = new ParkingLot();
  #owner: Task<unknown> | null = null;
  /** The owner whose end is watched for those who wait. */
  #watched: Task<unknown> | null = null;

  /** Whether a task holds it. */
  locked(): boolean {
    return this.#owner !== null;
  }

  /**
   * Takes it at once.
   *
   * @throws WouldBlockError when another task holds it; InvalidStateError when this task does;
   *   BrokenResourceError when its owner has ended
   */
  acquireNowait(): void {
    const task = ownTask();
    if (this.#owner === task) {
      throw new InvalidStateError('attempt to re-acquire an already held Lock');
    }
    if (this.#owner === null) this.#owner = task;
    else if (this.#owner.done()) throw this.#brokenError();
    else throw new WouldBlockError('the lock is held by another task: wait with acquire()');
  }

  /**
   * Waits until it is free and this task is the first in line. A checkpoint.
   *
   * @throws InvalidStateError when this task holds it; BrokenResourceError when its owner has ended
   */
  acquire(): Operation<void> {
    return new Operation(() => this.#acquire());
  }

  /**
   * Hands it to the task that has waited longest.
   *
   * @throws InvalidStateError when another task holds it, or none
   */
  release(): void {
    if (this.#owner === null || this.#owner !== ownTask()) {
      throw new InvalidStateError("can't release a Lock you don't own");
    }
    this.#handOver();
  }

  /** Holds it while `body` runs in the calling task. */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /** A frozen record. */
  statistics(): LockStatistics {
    const [owner, tasksWaiting] = [this.#owner, this.#lot.size];
    return Object.freeze({ locked: owner !== null, owner, tasksWaiting });
  }

  *#acquire(): Coroutine<void> {
    yield* passCancelPoint();
    try {
      this.acquireNowait();
    } catch (error) {
      if (!(error instanceof WouldBlockError)) throw error;
      this.#watchOwner();
      yield* this.#lot.park(this.#handOver);
      return;
    }
    yield* passSchedulePoint();
  }

  /** For those who wait: an owner that ends will never wake them. */
  #watchOwner(): void {
    const owner = this.#owner as Task<unknown>;
    if (this.#watched === owner) return;
    this.#watched = owner;
    owner.addDoneCallback(() => {
      if (this.#owner === owner) this.#lot.breakAll(() => this.#brokenError());
    });
  }

  readonly #handOver = (): void => {
    this.#owner = this.#lot.unpark();
    if (this.#owner !== null && this.#lot.size > 0) this.#watchOwner();
  };

  #brokenError(): BrokenResourceError {
    const owner = this.#owner?.toString() ?? '';
    return new BrokenResourceError(`Owner of this lock exited without releasing: ${owner}`);
  }
}
