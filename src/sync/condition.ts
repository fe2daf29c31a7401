/**
 * A condition: tasks of one loop wait, without their lock, for what another task will change.
 *
 * Not for several threads. After `asyncio.Condition`.
 *
 * Cancelling: `wait()` comes back with the lock held whatever happens, even if its task is
 * cancelled while it waits to be notified, again while it waits for the lock, and again. The last
 * of these errors is the one that is raised, the very object. Since such a task may have been
 * notified before, any error that leaves `wait()` notifies another one: wake-ups may come for
 * nothing, but none is lost.
 */
import { InvalidArgumentError, InvalidStateError, isCancelled, show } from '../errors.js';
import type { Body } from '../loop/body.js';
import { isCoroutine, isPromiseLike } from '../loop/coroutine.js';
import type { Coroutine } from '../loop/coroutine.js';
import { runHolding } from '../loop/holding.js';
import { Operation } from '../loop/operation.js';
import type { Hold } from './hold.js';
import { Lock } from './lock.js';
import { LoopBound } from './loop-bound.js';
import { WaiterQueue } from './waiter-queue.js';

/** How a condition stands. */
export interface ConditionStats {
  /** Whether its lock is held. */
  readonly isLocked: boolean;
  /** Tasks that wait to be notified; those that wait for the lock are in the lock's own stats. */
  readonly waiterCount: number;
}

/**
 * A lock, and a place to wait for a change of what it protects.
 *
 * Guaranteed: tasks are notified in the order in which they came, and none goes on before it holds
 * the lock again. A wake-up may come for nothing: check again, or use `waitFor()`.
 *
 * @example
 * yield* condition.run(function* () {
 *   yield* condition.waitFor(() => jobs.length > 0);
 *   job = jobs.shift();
 * });
 */
export class Condition extends LoopBound {
  readonly #lock: Lock;
  readonly #waiters: WaiterQueue = new WaiterQueue(this);

  /**
   * @param lock - may be shared with other conditions. Default: one of its own
   * @throws InvalidArgumentError when it is no `Lock`
   */
  constructor(lock: Lock = new Lock()) {
    super();
    if (!(lock instanceof Lock)) {
      throw new InvalidArgumentError(`a Lock was expected, got ${show(lock)}`);
    }
    this.#lock = lock;
  }

  /** Whether a task holds the lock. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /** Acquires the lock: see `Lock.acquire`. */
  acquire(): Operation<Hold> {
    return this.#lock.acquire();
  }

  /** Releases the lock: see `Lock.release`. */
  release(): void {
    this.#lock.release();
  }

  /**
   * Holds the lock while `body` runs in the calling task, and releases it however that ends.
   *
   * @param body - a generator function or an async function; gets the condition
   * @returns what the body returns
   */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /**
   * Releases the lock, waits to be notified, and acquires the lock again; also when it is
   * cancelled, before the error goes on. A cancel point.
   *
   * @throws InvalidStateError when the lock is not held; DifferentLoopError
   */
  wait(): Operation<true> {
    return new Operation(() => this.#wait());
  }

  /**
   * Waits until `predicate()` gives something truthy, and gives that. It is called with the lock
   * held: at first, and after each wake-up.
   *
   * @param predicate - synchronous: a promise would pass for true
   * @throws InvalidStateError when the lock is not held; InvalidArgumentError when it is no plain
   *   function; what `predicate` throws
   */
  waitFor<T>(predicate: () => T): Operation<T> {
    if (typeof predicate !== 'function') {
      throw new InvalidArgumentError(`waitFor() expects a function, got ${show(predicate)}`);
    }
    return new Operation(() => this.#waitFor(predicate));
  }

  /**
   * Wakes the `count` tasks that have waited longest, or as many as there are. They go on once
   * they hold the lock, so release it.
   *
   * @throws InvalidStateError when the lock is not held; InvalidArgumentError
   */
  notify(count = 1): void {
    if (!(count >= 0)) {
      throw new InvalidArgumentError(`notify() expects a count from 0 up, got ${show(count)}`);
    }
    this.#assertCanNotify();
    this.#wakeWaiters(count);
  }

  /** Wakes all tasks that wait. @throws InvalidStateError when the lock is not held */
  notifyAll(): void {
    this.#assertCanNotify();
    this.#waiters.wakeAll();
  }

  /** A frozen record. */
  stats(): ConditionStats {
    return Object.freeze({ isLocked: this.locked(), waiterCount: this.#waiters.waitingCount });
  }

  override toString(): string {
    const { waitingCount } = this.#waiters;
    const waiters = waitingCount === 0 ? '' : `, waiters:${waitingCount}`;
    return `<${this.constructor.name} [${this.locked() ? 'locked' : 'unlocked'}${waiters}]>`;
  }

  *#wait(): Coroutine<true> {
    if (!this.locked()) throw new InvalidStateError('cannot wait on un-acquired lock');
    const loop = this.bindLoop();
    this.release();
    let isHeeded = false;
    try {
      let failure: Failure = null;
      try {
        yield* this.#waiters.wait(loop);
      } catch (error) {
        failure = { error };
      }
      failure = (yield* this.#reacquire()) ?? failure;
      if (failure !== null) throw failure.error;
      isHeeded = true;
      return true;
    } finally {
      if (!isHeeded) this.#wakeWaiters(1);
    }
  }

  /** Acquires the lock however often it is cancelled; gives the last of those errors. */
  *#reacquire(): Coroutine<Failure> {
    let failure: Failure = null;
    for (;;) {
      try {
        yield* this.acquire();
        return failure;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        failure = { error };
      }
    }
  }

  *#waitFor<T>(predicate: () => T): Coroutine<T> {
    for (;;) {
      const result = predicate();
      if (isPromiseLike(result) || isCoroutine(result)) {
        throw new InvalidArgumentError(`a plain predicate was expected, it gave ${show(result)}`);
      }
      if (result) return result;
      yield* this.#wait();
    }
  }

  #assertCanNotify(): void {
    if (!this.locked()) throw new InvalidStateError('cannot notify on un-acquired lock');
  }

  #wakeWaiters(count: number): void {
    for (let left = count; left >= 1 && this.#waiters.wakeFirst(); left -= 1);
  }
}

/** Boxed, since anything can be thrown. */
type Failure = { readonly error: unknown } | null;
