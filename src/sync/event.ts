/**
 * A flag that the tasks of one loop wait for.
 *
 * Not for several threads: another thread hands over a call of `set` instead. After
 * `asyncio.Event`.
 */
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { LoopBound } from './loop-bound.js';
import { WaiterQueue } from './waiter-queue.js';

/** How an event stands. */
export interface EventStats {
  readonly isSet: boolean;
  /** Tasks that wait for it. */
  readonly waiterCount: number;
}

/**
 * A flag, at first not set. The name is asyncio's; import it under another one where the web's
 * `Event` is meant too.
 *
 * Guaranteed: `set()` wakes every task that waits at that moment, in the order in which they came,
 * even if `clear()` follows at once.
 */
export class Event extends LoopBound {
  #isSet = false;
  readonly #waiters: WaiterQueue = new WaiterQueue(this);

  /** Whether the flag is set. */
  isSet(): boolean {
    return this.#isSet;
  }

  /** Sets the flag and wakes all that wait for it. */
  set(): void {
    this.#isSet = true;
    this.#waiters.wakeAll();
  }

  /** Takes the flag back: who comes from now on waits. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until the flag is set; goes on at once when it is. A cancel point only when it has to
   * wait.
   *
   * @throws DifferentLoopError when it has to wait, and tasks of another loop have waited before
   */
  wait(): Operation<true> {
    return new Operation(() => this.#wait());
  }

  /** A frozen record. */
  stats(): EventStats {
    return Object.freeze({ isSet: this.#isSet, waiterCount: this.#waiters.liveCount });
  }

  override toString(): string {
    const { liveCount } = this.#waiters;
    const waiters = liveCount === 0 ? '' : `, waiters:${liveCount}`;
    return `<${this.constructor.name} [${this.#isSet ? 'set' : 'unset'}${waiters}]>`;
  }

  *#wait(): Coroutine<true> {
    if (!this.#isSet) yield* this.#waiters.wait(this.bindLoop());
    return true;
  }
}
