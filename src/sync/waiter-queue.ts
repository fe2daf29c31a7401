/**
 * Tasks that wait for their turn, first come, first served: what every primitive here is made of.
 *
 * On the thread of one loop. A turn is a future. Waking settles it, and a tick or more later its
 * task goes on; in between the wake-up is **under way**, and the task may be cancelled after all.
 *
 * | turn is   | moves to       | by                                                        |
 * |-----------|----------------|-----------------------------------------------------------|
 * | waiting   | woken, left    | `wakeFirst`, `wakeAll`; a cancel, an error raised there   |
 * | woken     | left           | its task goes on, or was cancelled on the way             |
 * | left      | –              |                                                           |
 *
 * No wake-up is lost: every way out of a wait passes the `finally` in `wait()`, also that of a
 * coroutine which somebody closes. Whoever leaves it with an error after being woken calls
 * `passOn`, and the primitive gives to the next in line what this one did not take.
 *
 * Unbounded: each entry is a task that stands still.
 */
import type { Coroutine } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future } from '../loop/future.js';

/** First in, first out; every operation but `wakeAll` takes constant time. */
export class WaiterQueue<T = void> {
  readonly #ownerName: string;
  #first: Turn<T> | null = null;
  #last: Turn<T> | null = null;
  #waitingCount = 0;
  #wokenCount = 0;

  /** @param owner - what is waited at; a waiting task names its class when it is printed */
  constructor(owner: object) {
    this.#ownerName = owner.constructor.name;
  }

  /** How many wait and have not been woken. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** How many were woken and have not gone on yet. */
  get wokenCount(): number {
    return this.#wokenCount;
  }

  /** How many have come and not gone on yet, woken or not. */
  get liveCount(): number {
    return this.#waitingCount + this.#wokenCount;
  }

  /**
   * Waits at the end of the line until woken, and gives what the wake-up brings.
   *
   * @param passOn - called when the task was woken and could not take it
   */
  *wait(loop: EventLoop, passOn: () => void = nobodyElse): Coroutine<T> {
    const turn = new Turn<T>(loop, this.#ownerName, this);
    this.#append(turn);
    let isTaken = false;
    try {
      const value = yield* turn;
      isTaken = true;
      return value;
    } finally {
      const wasWoken = turn.state === 'woken';
      this.leave(turn);
      if (wasWoken && !isTaken) passOn();
    }
  }

  /** Wakes whoever has waited longest; `false` when nobody waits. */
  wakeFirst(value: T): boolean {
    const turn = this.#first;
    if (turn === null) return false;
    this.#unlink(turn);
    turn.state = 'woken';
    this.#wokenCount += 1;
    turn.setResult(value);
    return true;
  }

  /** Wakes all that wait now, in order. */
  wakeAll(value: T): void {
    while (this.wakeFirst(value));
  }

  /** For `Turn`: takes a turn out, whatever became of it. */
  leave(turn: Turn<T>): void {
    if (turn.state === 'waiting') this.#unlink(turn);
    else if (turn.state === 'woken') this.#wokenCount -= 1;
    turn.state = 'left';
  }

  #append(turn: Turn<T>): void {
    turn.previous = this.#last;
    if (this.#last === null) this.#first = turn;
    else this.#last.next = turn;
    this.#last = turn;
    this.#waitingCount += 1;
  }

  #unlink(turn: Turn<T>): void {
    const { previous, next } = turn;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    turn.previous = null;
    turn.next = null;
    this.#waitingCount -= 1;
  }
}

function nobodyElse(): void {}

/** One task's place in the line, linked to its neighbours. */
class Turn<T> extends Future<T> {
  state: 'waiting' | 'woken' | 'left' = 'waiting';
  previous: Turn<T> | null = null;
  next: Turn<T> | null = null;
  readonly #ownerName: string;
  readonly #queue: WaiterQueue<T>;

  constructor(loop: EventLoop, ownerName: string, queue: WaiterQueue<T>) {
    super({ loop });
    this.#ownerName = ownerName;
    this.#queue = queue;
  }

  /** Leaves the line at once, so that no wake-up goes to a task that will not take it. */
  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.#queue.leave(this);
    return true;
  }

  protected override describe(): string {
    return `${super.describe()} for ${this.#ownerName}`;
  }
}
