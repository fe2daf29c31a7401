/**
 * How much of what was put into a queue is still to be done: the count behind `taskDone()` and
 * `join()`. On the thread of the queue's loop.
 *
 * Like asyncio's it counts items, not tasks: who says "done", and in which order, is not checked.
 */
import { InvalidStateError } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import { WaiterQueue } from './waiter-queue.js';

/** A count of items, and the tasks that wait until it is zero. */
export class UnfinishedWork {
  readonly #joiners: WaiterQueue;
  #count = 0;

  /** @param owner - the queue, named where a waiting task is printed */
  constructor(owner: object) {
    this.#joiners = new WaiterQueue(owner);
  }

  get count(): number {
    return this.#count;
  }

  /** One item more. */
  add(): void {
    this.#count += 1;
  }

  /** One item less. @throws InvalidStateError when there is none */
  finishOne(): void {
    if (this.#count === 0) throw new InvalidStateError('task_done() called too many times');
    this.#count -= 1;
    if (this.#count === 0) this.#joiners.wakeAll();
  }

  /** Waits until the count is zero; to be called when it is not. */
  wait(loop: EventLoop): Coroutine<void> {
    return this.#joiners.wait(loop);
  }
}
