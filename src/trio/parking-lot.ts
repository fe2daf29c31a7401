/**
 * Where tasks wait for their turn, first come, first served: what the primitives here are made of.
 * After Trio's `ParkingLot`.
 *
 * A task that was woken goes on, whatever is cancelled meanwhile: a scope's cancel ends its next
 * wait. Only asyncio's `task.cancel()` can still reach it on the way; then what it was given is
 * handed back by `onLost`, so that nothing is lost either.
 */
import type { Coroutine } from '../loop/coroutine.js';
import { Future } from '../loop/future.js';
import type { Task } from '../loop/task.js';
import { ownTask } from './checkpoint.js';

/** A line of tasks. */
export class ParkingLot<T = void> {
  readonly #line = new Set<Parked<T>>();

  /** How many wait. */
  get size(): number {
    return this.#line.size;
  }

  /** Those that wait, in order. */
  tasks(): Task<unknown>[] {
    return [...this.#line].map(({ task }) => task);
  }

  /** Waits at the end of the line; gives what the wake-up brings. */
  *park(onLost: (value: T) => void = ignore): Coroutine<T> {
    const parked = new Parked<T>(ownTask(), this.#line);
    this.#line.add(parked);
    let isTaken = false;
    try {
      const value = yield* parked;
      isTaken = true;
      return value;
    } finally {
      parked.line.delete(parked);
      if (!isTaken && parked.given !== null) onLost(parked.given.value);
    }
  }

  /** Who has waited longest; `null` when nobody waits. */
  first(): Task<unknown> | null {
    for (const { task } of this.#line) return task;
    return null;
  }

  /** Wakes whoever has waited longest; gives its task, `null` when nobody waits. */
  unpark(value: T): Task<unknown> | null {
    for (const parked of this.#line) {
      this.#line.delete(parked);
      parked.give(value);
      return parked.task;
    }
    return null;
  }

  /** Wakes all that wait now, in order. */
  unparkAll(value: T): void {
    while (this.unpark(value) !== null);
  }

  /** Fails all that wait now. */
  breakAll(makeError: () => Error): void {
    for (const parked of this.#line) parked.setException(makeError());
    this.#line.clear();
  }

  /** Moves those that have waited longest to the end of another line; they sleep on. */
  repark(target: ParkingLot<T>, count: number = Infinity): void {
    let left = count;
    for (const parked of this.#line) {
      if (left <= 0) return;
      left -= 1;
      this.#line.delete(parked);
      parked.line = target.#line;
      target.#line.add(parked);
    }
  }
}

function ignore(): void {}

/** One task's place in a line. */
class Parked<T> extends Future<T> {
  readonly task: Task<unknown>;
  line: Set<Parked<T>>;
  /** What the wake-up has brought. */
  given: { readonly value: T } | null = null;

  constructor(task: Task<unknown>, line: Set<Parked<T>>) {
    super({ loop: task.getLoop() });
    this.task = task;
    this.line = line;
  }

  give(value: T): void {
    this.given = { value };
    this.setResult(value);
  }

  /** Leaves the line at once, so that no wake-up goes to a task that will not take it. */
  override cancel(message?: string): boolean {
    this.line.delete(this);
    return super.cancel(message);
  }
}
