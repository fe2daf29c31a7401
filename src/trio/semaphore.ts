/**
 * A counting semaphore, for the tasks of one loop. A permit goes from hand to hand.
 * After Trio's `Semaphore`.
 */
import { InvalidArgumentError, InvalidStateError, show, WouldBlockError } from '../errors.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { runHolding } from '../loop/holding.js';
import { Operation } from '../loop/operation.js';
import { passCancelPoint, passSchedulePoint } from './checkpoint.js';
import { ParkingLot } from './parking-lot.js';

/** Options of `new Semaphore()`. */
export interface SemaphoreOptions {
  /** More than so many permits are an error. Default: there is no limit. */
  readonly maxValue?: number;
}

/** How a semaphore stands. */
export interface SemaphoreStatistics {
  readonly tasksWaiting: number;
}

/** A number of permits: first come, first served. */
export class Semaphore {
  readonly #lot = new ParkingLot();
  readonly #maxValue: number;
  #value: number;

  /** @throws InvalidArgumentError when a number is no whole one, negative, or above the limit */
  constructor(initialValue: number, { maxValue = Infinity }: SemaphoreOptions = {}) {
    if (!Number.isInteger(initialValue) || initialValue < 0) {
      throw new InvalidArgumentError(
        `initialValue must be a whole number >= 0, got ${show(initialValue)}`,
      );
    }
    if (!(maxValue >= initialValue)) {
      throw new InvalidArgumentError(`maxValue must be >= initialValue, got ${show(maxValue)}`);
    }
    this.#value = initialValue;
    this.#maxValue = maxValue;
  }

  /** Permits that are free. */
  get value(): number {
    return this.#value;
  }

  /** More than so many permits are an error; `Infinity` for no limit. */
  get maxValue(): number {
    return this.#maxValue;
  }

  /** @throws WouldBlockError when no permit is free */
  acquireNowait(): void {
    if (this.#value === 0) {
      throw new WouldBlockError('no permit is free: wait for one with acquire()');
    }
    this.#value -= 1;
  }

  /** Waits for a permit. A checkpoint. */
  acquire(): Operation<void> {
    return new Operation(() => this.#acquire());
  }

  /**
   * Gives a permit to the task that has waited longest, or keeps it.
   *
   * @throws InvalidStateError when there are as many as there may be
   */
  release(): void {
    if (this.#lot.unpark() !== null) return;
    if (this.#value === this.#maxValue) {
      throw new InvalidStateError('semaphore released too many times');
    }
    this.#value += 1;
  }

  /** Holds a permit while `body` runs in the calling task. */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /** A frozen record. */
  statistics(): SemaphoreStatistics {
    return Object.freeze({ tasksWaiting: this.#lot.size });
  }

  *#acquire(): Coroutine<void> {
    yield* passCancelPoint();
    if (this.#value === 0) {
      yield* this.#lot.park(() => this.release());
      return;
    }
    this.#value -= 1;
    yield* passSchedulePoint();
  }
}
