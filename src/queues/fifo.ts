/**
 * What waits for its turn: first in, first out, however many.
 *
 * `Array.prototype.shift` will not do: of an array with more than some 16 000 elements it moves all
 * that are left, each time. A million calls that waited for a module took hours so.
 */

/** Below so many places that are free at its head, it is not cut off. A guess, safe to change. */
const minFreeCount = 1_024;

/** Pushing and shifting take constant time (amortized). */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The one whose turn is next. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the first one out; `undefined` when there is none. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.length === 0) this.#keep([]);
    else if (this.#head >= minFreeCount && this.#head >= this.length) this.#keep(this.toArray());
    return item;
  }

  /** Takes out those that are not wanted any more. Takes time for each that waits. */
  retain(isWanted: (item: T) => boolean): void {
    this.#keep(this.toArray().filter(isWanted));
  }

  /** Those that wait, in order. */
  toArray(): T[] {
    return this.#items.slice(this.#head) as T[];
  }

  #keep(items: T[]): void {
    // A burst's memory is given back, a trickle's kept.
    if (items.length === 0 && this.#items.length < minFreeCount) this.#items.length = 0;
    else this.#items = items;
    this.#head = 0;
  }
}
