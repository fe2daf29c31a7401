/**
 * The timers of one loop, in order of time, ties by order of insertion.
 *
 * Timers that are due in the same millisecond stand in one bucket, mostly in order already, as
 * later timers are due later; a binary heap has the buckets. So of many timers most never move,
 * where a heap of timers would move each some twenty times, all over the memory (measured: of
 * 200 000 timers over 200 ms, that took half of the time). Where timers are few and far apart, it
 * is a heap of timers.
 *
 * A cancelled timer stays where it is until its time comes; when more than half of many are dead,
 * they are thrown out (asyncio's rule), so they do not pile up.
 */
import type { TimerHandle } from './handle.js';

/** Below so many timers it is not worth it: asyncio's `_MIN_SCHEDULED_TIMER_HANDLES`. */
const minCountForSweep = 100;

function countUp(): () => number {
  let count = 0;
  return () => (count += 1);
}

function compare(a: TimerHandle, b: TimerHandle): number {
  if (a.whenMs < b.whenMs) return -1;
  return a.whenMs > b.whenMs ? 1 : a.sequence - b.sequence;
}

/** The timers of one millisecond. */
class Bucket {
  /** The millisecond: their times, rounded down; may be infinite. */
  readonly ms: number;
  /** Those before `head` have left. */
  timers: TimerHandle[] = [];
  head = 0;
  isSorted = true;

  constructor(ms: number) {
    this.ms = ms;
  }

  push(timer: TimerHandle): void {
    const last = this.timers.at(-1);
    if (last !== undefined && compare(timer, last) < 0) this.isSorted = false;
    this.timers.push(timer);
  }

  /** The first that has not left, cancelled or not. */
  first(): TimerHandle | undefined {
    if (!this.isSorted) {
      this.timers = this.timers.slice(this.head).toSorted(compare);
      this.head = 0;
      this.isSorted = true;
    }
    return this.timers[this.head];
  }
}

/** Pushing takes constant time where timers are many, popping too; else O(log n). */
export class TimerQueue {
  readonly #nextSequence: () => number;
  readonly #byMs = new Map<number, Bucket>();
  /** A binary heap of the same buckets, by their milliseconds. */
  #heap: Bucket[] = [];
  /** Into which the last timer came: the next one mostly does, too. */
  #latest: Bucket | null = null;
  /** Of all timers in the buckets. */
  #count = 0;
  #cancelledCount = 0;

  /** @param nextSequence - numbers the timers; of those due at one time the lowest comes first */
  constructor(nextSequence: () => number = countUp()) {
    this.#nextSequence = nextSequence;
  }

  /** How many timers wait that nobody has cancelled. */
  get liveCount(): number {
    return this.#count - this.#cancelledCount;
  }

  push(timer: TimerHandle): void {
    timer.sequence = this.#nextSequence();
    const ms = Math.floor(timer.whenMs);
    if (this.#latest?.ms !== ms) this.#latest = this.#byMs.get(ms) ?? this.#addBucket(ms);
    this.#latest.push(timer);
    this.#count += 1;
  }

  /** When the next live timer is due; `Infinity` when none waits. */
  nextWhenMs(): number {
    return this.#first()?.whenMs ?? Infinity;
  }

  /** Takes out the next live timer that is due at `nowMs`; `undefined` when none is. */
  popDue(nowMs: number): TimerHandle | undefined {
    const timer = this.#first();
    if (timer === undefined || timer.whenMs > nowMs) return undefined;
    this.#leave(timer);
    return timer;
  }

  /** Has to be told of each timer in here that is cancelled. */
  noteCancelled(): void {
    this.#cancelledCount += 1;
    if (this.#count > minCountForSweep && this.#cancelledCount * 2 > this.#count) this.#sweep();
  }

  clear(): void {
    for (const { timers } of this.#heap) for (const timer of timers) timer.leaveHeap();
    this.#heap = [];
    this.#byMs.clear();
    this.#latest = null;
    this.#count = 0;
    this.#cancelledCount = 0;
  }

  /** The next live timer; drops the dead ones before it. */
  #first(): TimerHandle | undefined {
    for (let bucket = this.#heap[0]; bucket !== undefined; bucket = this.#heap[0]) {
      for (let timer = bucket.first(); timer !== undefined; timer = bucket.first()) {
        if (!timer.cancelled()) return timer;
        this.#leave(timer);
        this.#cancelledCount -= 1;
      }
      this.#popBucket();
      this.#forget(bucket);
    }
    return undefined;
  }

  /** The first of the first bucket. */
  #leave(timer: TimerHandle): void {
    (this.#heap[0] as Bucket).head += 1;
    this.#count -= 1;
    timer.leaveHeap();
  }

  #sweep(): void {
    for (const bucket of this.#heap) {
      bucket.timers = bucket.timers.filter(
        (timer, index) => index >= bucket.head && !timer.cancelled(),
      );
      bucket.head = 0;
      if (bucket.timers.length === 0) this.#forget(bucket);
    }
    // What is in order is a heap, too.
    this.#heap = [...this.#byMs.values()].toSorted((a, b) => (a.ms < b.ms ? -1 : 1));
    this.#count -= this.#cancelledCount;
    this.#cancelledCount = 0;
  }

  #forget(bucket: Bucket): void {
    this.#byMs.delete(bucket.ms);
    if (this.#latest === bucket) this.#latest = null;
  }

  #addBucket(ms: number): Bucket {
    const bucket = new Bucket(ms);
    this.#byMs.set(ms, bucket);
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Bucket;
      if (parent.ms <= ms) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = bucket;
    return bucket;
  }

  #popBucket(): void {
    const heap = this.#heap;
    const last = heap.pop() as Bucket;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= heap.length) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && right.ms < (heap[childIndex] as Bucket).ms) childIndex += 1;
      const child = heap[childIndex] as Bucket;
      if (child.ms >= last.ms) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}
