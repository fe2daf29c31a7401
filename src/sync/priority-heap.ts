/**
 * Items lowest first: a binary heap. On the thread of the queue that it serves.
 *
 * Comparing is the user's code and may throw. So a place is found first, by comparing only, and
 * items are moved afterwards: an error leaves the heap as it was.
 */
import type { Items } from './items.js';

interface Entry<T> {
  readonly item: T;
  /** Of items that compare as equal, the lowest number comes first. */
  readonly sequence: number;
}

/** Adding and taking take O(log n); iterating gives no particular order. */
export class PriorityHeap<T> implements Items<T> {
  readonly #compare: (a: T, b: T) => number;
  #entries: Entry<T>[] = [];
  #lastSequence = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#entries.length;
  }

  add(item: T): void {
    const entries = this.#entries;
    const entry = { item, sequence: this.#lastSequence + 1 };
    // Also when there is nothing to compare with: what cannot be ordered is refused at once.
    this.#compare(item, item);
    const path: number[] = [];
    for (let index = entries.length; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(entry, entries[parent] as Entry<T>)) break;
      path.push(parent);
      index = parent;
    }
    this.#lastSequence = entry.sequence;
    this.#moveAlong(entries.length, path, entry);
  }

  take(): T {
    const entries = this.#entries;
    const top = entries[0] as Entry<T>;
    const last = entries[entries.length - 1] as Entry<T>;
    const path: number[] = [];
    for (let index = 0; ;) {
      const child = this.#firstChild(index);
      if (child === null || !this.#isBefore(entries[child] as Entry<T>, last)) break;
      path.push(child);
      index = child;
    }
    entries.pop();
    if (last !== top) this.#moveAlong(0, path, last);
    return top.item;
  }

  clear(): void {
    this.#entries = [];
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const { item } of this.#entries) yield item;
  }

  /** Moves each entry of a path one step towards its start, and puts one in at the end. */
  #moveAlong(start: number, path: readonly number[], entry: Entry<T>): void {
    let hole = start;
    for (const index of path) {
      this.#entries[hole] = this.#entries[index] as Entry<T>;
      hole = index;
    }
    this.#entries[hole] = entry;
  }

  /** The child that comes first, the last entry left out: it is the one that is moved. */
  #firstChild(index: number): number | null {
    const count = this.#entries.length - 1;
    const left = 2 * index + 1;
    if (left >= count) return null;
    const right = left + 1;
    if (right >= count) return left;
    const [a, b] = [this.#entries[left] as Entry<T>, this.#entries[right] as Entry<T>];
    return this.#isBefore(b, a) ? right : left;
  }

  #isBefore(a: Entry<T>, b: Entry<T>): boolean {
    const order = this.#compare(a.item, b.item);
    return order < 0 || (order === 0 && a.sequence < b.sequence);
  }
}
