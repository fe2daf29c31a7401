/**
 * A queue that gives the youngest item first. On the thread of one loop.
 * After `asyncio.LifoQueue`.
 */
import type { Items } from './items.js';
import { Queue } from './queue.js';

/** As `Queue`, but last in, first out. */
export class LifoQueue<T> extends Queue<T> {
  /** @param maxsize - as in `Queue` */
  constructor(maxsize = 0) {
    super(maxsize, new LifoItems<T>());
  }
}

class LifoItems<T> implements Items<T> {
  #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  take(): T {
    return this.#items.pop() as T;
  }

  clear(): void {
    this.#items = [];
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
