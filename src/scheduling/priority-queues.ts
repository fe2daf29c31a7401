/**
 * Which task is next: six queues, for three priorities and, in each, continuations before tasks.
 *
 * Within a queue the order is that of age. A queue is a `Set`: adding, removing and taking the
 * next one take constant time. What moves in from another queue may be older than what waits
 * there; the queue is then sorted before it is next asked. Not bounded: it holds what users post.
 */
import { priorities } from './task-priority.js';
import type { TaskPriority } from './task-priority.js';

/** What can stand in a queue. */
export interface Queued {
  /** Lower is older; given once, when it was first queued. */
  readonly order: number;
  /** Whether it goes on with a task that has begun. */
  readonly isContinuation: boolean;
}

/** The queues of one scheduler. */
export class PriorityQueues<E extends Queued> {
  /** Most urgent first. */
  readonly #lanes: readonly Lane<E>[] = priorities.flatMap(() => [new Lane<E>(), new Lane<E>()]);
  readonly #places = new Map<E, Lane<E>>();

  get size(): number {
    return this.#places.size;
  }

  /** Queues an entry, or moves it where its priority now is. */
  put(entry: E, priority: TaskPriority): void {
    this.#places.get(entry)?.delete(entry);
    const index = priorities.indexOf(priority) * 2 + (entry.isContinuation ? 0 : 1);
    const lane = this.#lanes[index] as Lane<E>;
    lane.add(entry);
    this.#places.set(entry, lane);
  }

  has(entry: E): boolean {
    return this.#places.has(entry);
  }

  /** Takes an entry out, if it is there. */
  delete(entry: E): void {
    this.#places.get(entry)?.delete(entry);
    this.#places.delete(entry);
  }

  /** Takes out the next to run. */
  shift(): E | undefined {
    const lane = this.#lanes.find(({ isEmpty }) => !isEmpty);
    const entry = lane?.shift();
    if (entry !== undefined) this.#places.delete(entry);
    return entry;
  }
}

/** One queue. */
class Lane<E extends Queued> {
  #entries = new Set<E>();
  /** Kept from call to call: a new iterator would pass all that was removed before. */
  #ahead: Iterator<E> | null = null;
  #newestOrder = -Infinity;
  #isSorted = true;

  add(entry: E): void {
    if (entry.order < this.#newestOrder) this.#isSorted = false;
    else this.#newestOrder = entry.order;
    this.#entries.add(entry);
  }

  delete(entry: E): void {
    this.#entries.delete(entry);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Takes out the oldest; there has to be one. */
  shift(): E {
    if (!this.#isSorted) {
      this.#entries = new Set([...this.#entries].sort((a, b) => a.order - b.order));
      this.#ahead = null;
      this.#isSorted = true;
    }
    this.#ahead ??= this.#entries.values();
    const oldest = this.#ahead.next().value as E;
    this.#entries.delete(oldest);
    return oldest;
  }
}
