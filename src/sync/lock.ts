/**
 * A lock for the tasks of one loop: at most one of them holds it at a time.
 *
 * Not for several threads: another thread hands over a call instead. After `asyncio.Lock`.
 *
 * Handing over takes two steps, as in asyncio. `release()` unlocks and wakes the first in line;
 * that one locks when it goes on. In between the lock is unlocked yet promised: whoever comes then
 * waits behind those who came before.
 */
import { InvalidStateError } from '../errors.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { runHolding } from '../loop/holding.js';
import { Operation } from '../loop/operation.js';
import { Hold } from './hold.js';
import { LoopBound } from './loop-bound.js';
import { WaiterQueue } from './waiter-queue.js';

/** How a lock stands. */
export interface LockStats {
  readonly isLocked: boolean;
  /** Tasks that wait for it. */
  readonly waiterCount: number;
}

/**
 * Mutual exclusion between the tasks of one loop. Not reentrant, and not owned: any task may
 * release it.
 *
 * Guaranteed: first come, first served; no newcomer gets in front of a task that waits or was just
 * woken; cancelling a task that was woken wakes the next.
 *
 * @example
 * const lock = new Lock();
 * yield* lock.run(function* () {
 *   yield* transfer();
 * });
 */
export class Lock extends LoopBound {
  #isLocked = false;
  readonly #waiters: WaiterQueue = new WaiterQueue(this);

  /** Whether a task holds it. `false` too while a release is under way to the next task. */
  locked(): boolean {
    return this.#isLocked;
  }

  /**
   * Waits until the lock is free and this task is the first in line, then holds it. A cancel point
   * only when it has to wait.
   *
   * @returns the hold, truthy: dispose of it, or call `release()`
   * @throws DifferentLoopError when it has to wait, and tasks of another loop have waited before
   */
  acquire(): Operation<Hold> {
    return new Operation(() => this.#acquire());
  }

  /**
   * Unlocks, and wakes the task that has waited longest.
   *
   * @throws InvalidStateError when it is not locked
   */
  release(): void {
    if (!this.#isLocked) throw new InvalidStateError('Lock is not acquired.');
    this.#isLocked = false;
    this.#wakeNext();
  }

  /**
   * Holds the lock while `body` runs in the calling task, and releases it however that ends.
   *
   * @param body - a generator function or an async function; gets the lock
   * @returns what the body returns
   */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /** A frozen record. */
  stats(): LockStats {
    return Object.freeze({ isLocked: this.#isLocked, waiterCount: this.#waiters.liveCount });
  }

  override toString(): string {
    const { liveCount } = this.#waiters;
    const waiters = liveCount === 0 ? '' : `, waiters:${liveCount}`;
    return `<${this.constructor.name} [${this.#isLocked ? 'locked' : 'unlocked'}${waiters}]>`;
  }

  *#acquire(): Coroutine<Hold> {
    if (this.#isLocked || this.#waiters.liveCount > 0) {
      yield* this.#waiters.wait(this.bindLoop(), this.#wakeNext);
    }
    this.#isLocked = true;
    return new Hold(this);
  }

  /** At most one task is on its way: only a lock that was just released, or not taken, is free. */
  readonly #wakeNext = (): void => {
    this.#waiters.wakeFirst();
  };
}
