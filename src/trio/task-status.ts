/**
 * How a task tells that it has begun in earnest: see `Nursery.start`. On the thread of the loop.
 * After Trio's `task_status`.
 */
import { InvalidStateError } from '../errors.js';

/** The last argument of a function that `nursery.start()` calls. */
export class TaskStatus<V> {
  readonly #onStarted: () => void;
  #value: { readonly value: V } | null = null;

  /** For nurseries. */
  constructor(onStarted: () => void) {
    this.#onStarted = onStarted;
  }

  /**
   * The task is ready: `start()` returns the value, and the task belongs to the nursery from now
   * on. Where `start()` has been cancelled already, the task stays where it is.
   *
   * @throws InvalidStateError the second time
   */
  started(...[value]: V extends undefined ? [value?: V] : [value: V]): void {
    if (this.#value !== null) {
      throw new InvalidStateError("called 'started' twice on the same task status");
    }
    this.#value = { value: value as V };
    this.#onStarted();
  }

  /** For nurseries: the value, once the task has ended or gone over. */
  take(): V {
    if (this.#value !== null) return this.#value.value;
    throw new InvalidStateError('child exited without calling task_status.started()');
  }
}
