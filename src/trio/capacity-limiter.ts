/**
 * Tokens that say how many may do something at a time. After Trio's `CapacityLimiter`.
 *
 * Unlike the permits of a semaphore each token belongs to a borrower, a task or any object: so
 * nobody gives back what is not his, and the number of tokens can change at any time.
 */
import { InvalidArgumentError, InvalidStateError, show, WouldBlockError } from '../errors.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { runHolding } from '../loop/holding.js';
import { Operation } from '../loop/operation.js';
import { ownTask, passCancelPoint, passSchedulePoint } from './checkpoint.js';
import { ParkingLot } from './parking-lot.js';

/** How a limiter stands. */
export interface CapacityLimiterStatistics {
  readonly borrowedTokens: number;
  readonly totalTokens: number;
  /** Who holds a token, in no order. */
  readonly borrowers: readonly unknown[];
  readonly tasksWaiting: number;
}

/** A number of tokens: first come, first served, and nobody gets in front of those who wait. */
export class CapacityLimiter {
  readonly #lot = new ParkingLot();
  readonly #borrowers = new Set<unknown>();
  /** Those who wait, in the order of the lot. */
  readonly #pending = new Set<unknown>();
  #totalTokens = 0;

  /** @throws InvalidArgumentError when it is neither a whole number from 0 up nor `Infinity` */
  constructor(totalTokens: number) {
    this.totalTokens = totalTokens;
  }

  /** How many tokens there are; may be changed at any time, and wakes those who wait. */
  get totalTokens(): number {
    return this.#totalTokens;
  }

  set totalTokens(count: number) {
    if (count !== Infinity && (!Number.isInteger(count) || count < 0)) {
      throw new InvalidArgumentError(
        `totalTokens must be a whole number >= 0 or Infinity, got ${show(count)}`,
      );
    }
    this.#totalTokens = count;
    this.#wakeWaiters();
  }

  /** How many are out; more than there are, where their number was lowered. */
  get borrowedTokens(): number {
    return this.#borrowers.size;
  }

  /** How many are free. */
  get availableTokens(): number {
    return this.#totalTokens - this.#borrowers.size;
  }

  /** As `acquireOnBehalfOfNowait`, for the calling task. */
  acquireNowait(): void {
    this.acquireOnBehalfOfNowait(ownTask());
  }

  /**
   * Takes a token at once.
   *
   * @throws WouldBlockError when none is free, or others wait; InvalidStateError when the borrower
   *   has one
   */
  acquireOnBehalfOfNowait(borrower: unknown): void {
    if (this.#borrowers.has(borrower) || this.#pending.has(borrower)) {
      throw new InvalidStateError(
        "this borrower is already holding one of this CapacityLimiter's tokens",
      );
    }
    if (this.#borrowers.size >= this.#totalTokens || this.#lot.size > 0) {
      throw new WouldBlockError('no token is free: wait for one with acquire()');
    }
    this.#borrowers.add(borrower);
  }

  /** As `acquireOnBehalfOf`, for the calling task. */
  acquire(): Operation<void> {
    return new Operation(() => this.#acquire(ownTask()));
  }

  /**
   * Waits for a token. A checkpoint.
   *
   * @throws InvalidStateError when the borrower has one, or waits for one
   */
  acquireOnBehalfOf(borrower: unknown): Operation<void> {
    return new Operation(() => this.#acquire(borrower));
  }

  /** As `releaseOnBehalfOf`, for the calling task. */
  release(): void {
    this.releaseOnBehalfOf(ownTask());
  }

  /** @throws InvalidStateError when the borrower has no token */
  releaseOnBehalfOf(borrower: unknown): void {
    if (!this.#borrowers.delete(borrower)) {
      throw new InvalidStateError(
        "this borrower isn't holding any of this CapacityLimiter's tokens",
      );
    }
    this.#wakeWaiters();
  }

  /** Holds a token while `body` runs in the calling task. */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /** A frozen record. */
  statistics(): CapacityLimiterStatistics {
    return Object.freeze({
      borrowedTokens: this.#borrowers.size,
      totalTokens: this.#totalTokens,
      borrowers: Object.freeze([...this.#borrowers]),
      tasksWaiting: this.#lot.size,
    });
  }

  *#acquire(borrower: unknown): Coroutine<void> {
    yield* passCancelPoint();
    try {
      this.acquireOnBehalfOfNowait(borrower);
    } catch (error) {
      if (!(error instanceof WouldBlockError)) throw error;
      yield* this.#wait(borrower);
      return;
    }
    yield* passSchedulePoint();
  }

  *#wait(borrower: unknown): Coroutine<void> {
    this.#pending.add(borrower);
    try {
      yield* this.#lot.park(() => this.releaseOnBehalfOf(borrower));
    } finally {
      this.#pending.delete(borrower);
    }
  }

  #wakeWaiters(): void {
    for (const borrower of this.#pending) {
      if (this.#borrowers.size >= this.#totalTokens) return;
      if (this.#lot.unpark() === null) return;
      this.#pending.delete(borrower);
      this.#borrowers.add(borrower);
    }
  }
}
