/**
 * Where a queue keeps its items: the part that decides which one comes next.
 *
 * On the thread of the queue. Here is the one for first in, first out; `lifo-queue.ts` and
 * `priority-heap.ts` have the others. Takes the place of `_init`, `_put` and `_get`, which asyncio
 * lets subclasses override.
 */
import { show } from '../errors.js';

/** Items in some order. `Queue` does all the waiting and counting. */
export interface Items<T> extends Iterable<T> {
  readonly length: number;
  /** Keeps an item; when it throws, nothing has changed. */
  add(item: T): void;
  /** Takes the next item out; called only when there is one. */
  take(): T;
  /** Drops all items. */
  clear(): void;
}

/** Below this many empty places the array is not cut. A guess, safe to change. */
const minCountForCut = 64;

/** First in, first out; both moves take constant time (amortized). */
export class FifoItems<T> implements Items<T> {
  #items: (T | undefined)[] = [];
  /** Where the next item stands; the places before it are empty. */
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  take(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    // A cut when half is empty: it moves at most as many items as were taken since the last one.
    if (this.#head >= minCountForCut && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.slice(this.#head)[Symbol.iterator]() as Iterator<T>;
  }
}

/** Items that a printed queue shows. A guess, safe to change. */
const maxShownCount = 20;

/** The first items as text, for a queue that is printed. */
export function describeItems(items: Iterable<unknown>): string {
  const shown: string[] = [];
  for (const item of items) {
    if (shown.length === maxShownCount) return `${shown.join(', ')}, …`;
    shown.push(show(item));
  }
  return shown.join(', ');
}
