/**
 * A semaphore that refuses to be released more often than it was acquired.
 * After `asyncio.BoundedSemaphore`.
 */
import { InvalidStateError } from '../errors.js';
import { Semaphore } from './semaphore.js';

/** As `Semaphore`, but never with more free permits than it began with. */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  constructor(value = 1) {
    super(value);
    this.#bound = value;
  }

  /**
   * Gives a permit back and wakes the task that has waited longest.
   *
   * @throws InvalidStateError when all permits are back already
   */
  override release(): void {
    if (this.value >= this.#bound) {
      throw new InvalidStateError('BoundedSemaphore released too many times');
    }
    super.release();
  }
}
