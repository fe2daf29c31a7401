/**
 * A flag that tasks wait for, set once and for all. For the tasks of one loop.
 * After Trio's `Event`.
 */
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { passCheckpoint } from './checkpoint.js';
import { ParkingLot } from './parking-lot.js';

/** How an event stands. */
export interface EventStatistics {
  readonly tasksWaiting: number;
}

/** A flag that cannot be taken back: make a new one instead. */
export class Event {
  #isSet = false;
  readonly #lot = new ParkingLot();

  /** Whether the flag is set. */
  isSet(): boolean {
    return this.#isSet;
  }

  /** Sets the flag and wakes all that wait for it; the host of a guest run may call it too. */
  set(): void {
    this.#isSet = true;
    this.#lot.unparkAll();
  }

  /** Waits until the flag is set. A checkpoint. */
  wait(): Operation<void> {
    return new Operation(() => this.#wait());
  }

  /** A frozen record. */
  statistics(): EventStatistics {
    return Object.freeze({ tasksWaiting: this.#lot.size });
  }

  *#wait(): Coroutine<void> {
    yield* this.#isSet ? passCheckpoint() : this.#lot.park();
  }
}
