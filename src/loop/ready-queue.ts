/**
 * The ready queue: handles and tasks that run at the next tick, first in, first out.
 *
 * A ring over an array whose length is a power of two, so that pushing and shifting neither move
 * elements nor allocate. It is unbounded, because `callSoon` must never refuse (asyncio's rule);
 * the memory of a burst is given back once the queue has run dry.
 */
import type { Runnable } from './runnable.js';

/** Slots in a fresh ring: enough for an ordinary loop, 8 KB. A guess, safe to change. */
const initialCapacity = 1024;

/** First in, first out; every operation takes constant time (amortized). */
export class ReadyQueue {
  #ring: (Runnable | undefined)[] = new Array<Runnable | undefined>(initialCapacity);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(runnable: Runnable): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = runnable;
    this.#length += 1;
  }

  /** Takes the oldest one out; `undefined` when the queue is empty. */
  shift(): Runnable | undefined {
    if (this.#length === 0) return undefined;
    const runnable = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length -= 1;
    if (this.#length === 0 && this.#ring.length > initialCapacity) this.clear();
    return runnable;
  }

  clear(): void {
    this.#ring = new Array<Runnable | undefined>(initialCapacity);
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const grown = new Array<Runnable | undefined>(this.#ring.length * 2);
    for (let i = 0; i < this.#length; i += 1) {
      grown[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)];
    }
    this.#ring = grown;
    this.#head = 0;
  }
}
