/**
 * One `yield*` for one tick: what a coroutine delegates to in `yield* sleep(0)`.
 *
 * Hands `null` to the loop, which costs less than a future. A future tells its task what is waited
 * for and `null` does not, so the wait makes itself known to the task: a stack is asked for here.
 */
import type { Suspension } from './coroutine.js';
import { probe, standStill } from './probe.js';
import { registry } from './registry.js';

/** What a tick is waited for with. */
export interface OneTick<T> {
  done(): boolean;
  /** The tick has passed: gives the result. */
  endTick(): T;
}

/** One `yield*` for one tick; ends at once on what is done already. */
export class TickWait<T> implements Iterator<Suspension, T, unknown> {
  readonly #tick: OneTick<T>;
  /** Whether a coroutine stands on it now. */
  isStanding = false;

  constructor(tick: OneTick<T>) {
    this.#tick = tick;
  }

  next(): IteratorResult<Suspension, T> {
    if (probe.isActive) return standStill(null);
    if (this.isStanding || this.#tick.done()) {
      this.isStanding = false;
      return { done: true, value: this.#tick.endTick() };
    }
    this.isStanding = true;
    const { stepping } = registry;
    if (stepping !== null && stepping !== undefined) stepping.task.tickWait = this;
    return { done: false, value: null };
  }

  throw(error: unknown): never {
    this.isStanding = false;
    throw error;
  }

  return(value: T): IteratorResult<Suspension, T> {
    this.isStanding = false;
    return { done: true, value };
  }
}
