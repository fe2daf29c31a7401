/**
 * A queue that gives the lowest item first. On the thread of one loop.
 * After `asyncio.PriorityQueue`.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { ascending } from './ascending.js';
import { PriorityHeap } from './priority-heap.js';
import { Queue } from './queue.js';

/** Options of `new PriorityQueue()`. */
export interface PriorityQueueOptions<T> {
  /**
   * Which of two items comes first, as for `Array.prototype.sort`: negative when `a` does. May
   * throw, which fails that `put` alone. Default: ascending, for numbers, bigints, strings, and
   * arrays such as `[priority, job]`, which are compared element by element.
   */
  readonly compare?: (a: T, b: T) => number;
}

/**
 * As `Queue`, but lowest first. Guaranteed beyond asyncio: of items that compare as equal, the
 * oldest comes first. Putting and getting take O(log n).
 *
 * An item must not change its order while it is in the queue.
 *
 * @example
 * const queue = new PriorityQueue<[priority: number, job: Job]>();
 * queue.putNowait([2, later]);
 * queue.putNowait([1, sooner]);
 */
export class PriorityQueue<T> extends Queue<T> {
  /**
   * @param maxsize - as in `Queue`
   * @throws InvalidArgumentError when `compare` is no function; from `put`, when the default does
   *   not know how to order an item
   */
  constructor(maxsize = 0, { compare = ascending }: PriorityQueueOptions<T> = {}) {
    if (typeof compare !== 'function') {
      throw new InvalidArgumentError(`compare must be a function, got ${show(compare)}`);
    }
    super(maxsize, new PriorityHeap<T>(compare));
  }
}
