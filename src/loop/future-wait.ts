/**
 * One `yield*` on a future: what a coroutine delegates to while it waits.
 *
 * Hands the future to the loop once, and gives its result when the loop resumes the coroutine.
 */
import { InvalidStateError } from '../errors.js';
import type { Suspension } from './coroutine.js';
import { probe, standStill } from './probe.js';

/** What a wait needs of a future. */
interface Waited<T> {
  threadloopAwaited: boolean;
  done(): boolean;
  result(): T;
}

/** The iterator of a future; good for one wait. */
export class FutureWait<T> implements Iterator<Suspension, T, unknown> {
  readonly #future: Waited<T>;
  #asked = false;

  constructor(future: Waited<T>) {
    this.#future = future;
  }

  next(): IteratorResult<Suspension, T> {
    if (probe.isActive) return standStill(this.#future);
    if (this.#future.done()) return { done: true, value: this.#future.result() };
    if (this.#asked) throw new InvalidStateError("yield* wasn't used with future");
    this.#asked = true;
    this.#future.threadloopAwaited = true;
    return { done: false, value: this.#future };
  }

  // `yield*` forwards what is thrown into the coroutine to whatever it delegates to.
  throw(error: unknown): never {
    throw error;
  }

  return(value: T): IteratorResult<Suspension, T> {
    return { done: true, value };
  }
}
