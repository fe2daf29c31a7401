/**
 * The timers of one loop: a binary heap ordered by time, ties by order of insertion.
 *
 * A cancelled timer stays where it is until it reaches the top; when more than half of a large
 * heap is dead, the heap is rebuilt without them (asyncio's rule), so they do not pile up.
 */
import type { TimerHandle } from './handle.js';

/** Below this many timers a rebuild is not worth it: asyncio's `_MIN_SCHEDULED_TIMER_HANDLES`. */
const minCountForRebuild = 100;

function countUp(): () => number {
  let count = 0;
  return () => (count += 1);
}

function isBefore(a: TimerHandle, b: TimerHandle): boolean {
  return a.whenMs < b.whenMs || (a.whenMs === b.whenMs && a.sequence < b.sequence);
}

/** Pushing and popping take O(log n). */
export class TimerHeap {
  #entries: TimerHandle[] = [];
  readonly #nextSequence: () => number;
  #cancelledCount = 0;

  /** @param nextSequence - numbers the timers; of those due at one time the lowest comes first */
  constructor(nextSequence: () => number = countUp()) {
    this.#nextSequence = nextSequence;
  }

  /** How many timers wait that nobody has cancelled. */
  get liveCount(): number {
    return this.#entries.length - this.#cancelledCount;
  }

  push(timer: TimerHandle): void {
    timer.sequence = this.#nextSequence();
    this.#entries.push(timer);
    this.#siftUp(this.#entries.length - 1);
  }

  /** When the next live timer is due; `Infinity` when none waits. */
  nextWhenMs(): number {
    this.#dropCancelledTop();
    return this.#entries[0]?.whenMs ?? Infinity;
  }

  /** Takes out the next live timer that is due at `nowMs`; `undefined` when none is. */
  popDue(nowMs: number): TimerHandle | undefined {
    return this.nextWhenMs() <= nowMs ? this.#pop() : undefined;
  }

  /** Has to be told of each timer in the heap that is cancelled. */
  noteCancelled(): void {
    this.#cancelledCount += 1;
    const { length } = this.#entries;
    if (length > minCountForRebuild && this.#cancelledCount * 2 > length) this.#rebuild();
  }

  clear(): void {
    for (const timer of this.#entries) timer.leaveHeap();
    this.#entries = [];
    this.#cancelledCount = 0;
  }

  #dropCancelledTop(): void {
    while (this.#entries[0]?.cancelled() === true) {
      this.#pop();
      this.#cancelledCount -= 1;
    }
  }

  #rebuild(): void {
    // From the last parent upwards, each sifts down into heaps that are in order: O(n) in all.
    this.#entries = this.#entries.filter((timer) => !timer.cancelled());
    for (let index = (this.#entries.length >> 1) - 1; index >= 0; index -= 1) this.#siftDown(index);
    this.#cancelledCount = 0;
  }

  #pop(): TimerHandle | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (last !== undefined && last !== top) {
      entries[0] = last;
      this.#siftDown(0);
    }
    top?.leaveHeap();
    return top;
  }

  #siftUp(start: number): void {
    const entries = this.#entries;
    const entry = entries[start] as TimerHandle;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = entries[parentIndex] as TimerHandle;
      if (!isBefore(entry, parent)) break;
      entries[index] = parent;
      index = parentIndex;
    }
    entries[index] = entry;
  }

  #siftDown(start: number): void {
    const entries = this.#entries;
    const entry = entries[start] as TimerHandle;
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= entries.length) break;
      const left = entries[childIndex] as TimerHandle;
      const right = entries[childIndex + 1];
      const isRight = right !== undefined && isBefore(right, left);
      if (isRight) childIndex += 1;
      const child = isRight ? right : left;
      if (!isBefore(child, entry)) break;
      entries[index] = child;
      index = childIndex;
    }
    entries[index] = entry;
  }
}
