/**
 * A counting semaphore for the tasks of one loop.
 *
 * Not for several threads: another thread hands over a call instead. After `asyncio.Semaphore`.
 *
 * A permit is taken off the count when its task is woken, not when that goes on; a task that is
 * cancelled in between puts it back.
 */
import { InvalidArgumentError, show } from '../errors.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { runHolding } from '../loop/holding.js';
import { Operation } from '../loop/operation.js';
import { Hold } from './hold.js';
import { LoopBound } from './loop-bound.js';
import { WaiterQueue } from './waiter-queue.js';

/** How a semaphore stands. */
export interface SemaphoreStats {
  /** Permits that are free. */
  readonly value: number;
  /** Tasks that wait for a permit. */
  readonly waiterCount: number;
}

/**
 * A number of permits. `release()` may add more than there were at first; `BoundedSemaphore` does
 * not allow that.
 *
 * Guaranteed: no more permits are out than there are; first come, first served; no newcomer gets
 * in front of a task that waits or was just woken; no permit is lost when a task is cancelled.
 */
export class Semaphore extends LoopBound {
  #value: number;
  readonly #waiters: WaiterQueue = new WaiterQueue(this);

  /**
   * @param value - how many permits there are at first: a whole number from 0 up, or `Infinity`
   * @throws InvalidArgumentError when it is anything else
   */
  constructor(value = 1) {
    super();
    if (value < 0) throw new InvalidArgumentError('Semaphore initial value must be >= 0');
    if (!Number.isInteger(value) && value !== Infinity) {
      const range = 'a whole number or Infinity';
      throw new InvalidArgumentError(
        `Semaphore initial value must be ${range}, got ${show(value)}`,
      );
    }
    this.#value = value;
  }

  /** Permits that are free. */
  protected get value(): number {
    return this.#value;
  }

  /** Whether `acquire()` would have to wait: no permit is free, or others come first. */
  locked(): boolean {
    return this.#value === 0 || this.#waiters.liveCount > 0;
  }

  /**
   * Takes a permit; waits until one is free and this task is the first in line. A cancel point only
   * when it has to wait.
   *
   * @returns the hold, truthy: dispose of it, or call `release()`
   * @throws DifferentLoopError when it has to wait, and tasks of another loop have waited before
   */
  acquire(): Operation<Hold> {
    return new Operation(() => this.#acquire());
  }

  /** Gives a permit back, or adds one, and wakes the task that has waited longest. */
  release(): void {
    this.#value += 1;
    this.#wakeWaiters();
  }

  /**
   * Holds a permit while `body` runs in the calling task, and releases it however that ends.
   *
   * @param body - a generator function or an async function; gets the semaphore
   * @returns what the body returns
   */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /** A frozen record. */
  stats(): SemaphoreStats {
    return Object.freeze({ value: this.#value, waiterCount: this.#waiters.liveCount });
  }

  override toString(): string {
    const { liveCount } = this.#waiters;
    const state = this.locked() ? 'locked' : `unlocked, value:${this.#value}`;
    const waiters = liveCount === 0 ? '' : `, waiters:${liveCount}`;
    return `<${this.constructor.name} [${state}${waiters}]>`;
  }

  *#acquire(): Coroutine<Hold> {
    if (this.locked()) {
      yield* this.#waiters.wait(this.bindLoop(), this.#putBack);
      // Whoever came while a permit was free, and waited only behind this task, is next.
      this.#wakeWaiters();
    } else {
      this.#value -= 1;
    }
    return new Hold(this);
  }

  readonly #putBack = (): void => {
    this.#value += 1;
    this.#wakeWaiters();
  };

  #wakeWaiters(): void {
    while (this.#value > 0 && this.#waiters.wakeFirst()) this.#value -= 1;
  }
}
