/**
 * A barrier: tasks of one loop wait for each other, and go on together.
 *
 * Not for several threads. After `asyncio.Barrier`, but `reset()` and `abort()` are synchronous:
 * there is nothing that they would have to wait for.
 *
 * | state     | what it means                           | moves to                          |
 * |-----------|-----------------------------------------|-----------------------------------|
 * | filling   | tasks arrive, and wait inside           | draining, resetting, broken       |
 * | draining  | all have arrived, and leave             | filling (all left), resetting, broken |
 * | resetting | those inside leave with an error        | filling (all left), broken        |
 * | broken    | aborted: everyone leaves with an error  | resetting, filling (`reset()`)    |
 *
 * While it drains or resets, whoever comes waits outside, first come, first served.
 */
import { BrokenBarrierError, InvalidArgumentError, show } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { LoopBound } from './loop-bound.js';
import { WaiterQueue } from './waiter-queue.js';

/**
 * Lets tasks on in groups of `parties`. Can be used again and again.
 *
 * Guaranteed: the tasks of a group are the first that came. A task that is cancelled inside leaves
 * room for another; it does not break the barrier.
 */
export class Barrier extends LoopBound {
  readonly #parties: number;
  #state: 'filling' | 'draining' | 'resetting' | 'broken' = 'filling';
  /** Tasks inside, also those that are about to leave. */
  #insideCount = 0;
  readonly #inside: WaiterQueue<number> = new WaiterQueue<number>(this);
  readonly #outside: WaiterQueue = new WaiterQueue(this);

  /**
   * @param parties - how many tasks go on together: a whole number from 1 up
   * @throws InvalidArgumentError when it is anything else
   */
  constructor(parties: number) {
    super();
    if (parties < 1) throw new InvalidArgumentError('parties must be >= 1');
    if (!Number.isInteger(parties)) {
      throw new InvalidArgumentError(`parties must be a whole number, got ${show(parties)}`);
    }
    this.#parties = parties;
  }

  /** How many tasks go on together. */
  get parties(): number {
    return this.#parties;
  }

  /** How many tasks wait inside for the others. */
  get nWaiting(): number {
    return this.#state === 'filling' ? this.#inside.waitingCount : 0;
  }

  /** Whether it was aborted. */
  get broken(): boolean {
    return this.#state === 'broken';
  }

  /**
   * Waits until `parties` tasks have come. A cancel point, but for the task that comes last.
   *
   * @returns a number from 0 up to, not including, `parties`, for each task of the group another,
   *   in the order in which they came
   * @throws BrokenBarrierError when the barrier is aborted, or reset while this task is inside;
   *   DifferentLoopError
   */
  wait(): Operation<number> {
    return new Operation(() => this.#wait());
  }

  /** Empties the barrier: tasks inside get a BrokenBarrierError. Mends one that was aborted. */
  reset(): void {
    this.#state = this.#insideCount > 0 ? 'resetting' : 'filling';
    this.#inside.wakeAll(failed);
    this.#letIn();
  }

  /** Breaks the barrier, for those inside and all that come, until `reset()`. */
  abort(): void {
    this.#state = 'broken';
    this.#inside.wakeAll(failed);
    this.#letIn();
  }

  override toString(): string {
    const waiters = this.broken ? '' : `, waiters:${this.nWaiting}/${this.#parties}`;
    return `<${this.constructor.name} [${this.#state}${waiters}]>`;
  }

  *#wait(): Coroutine<number> {
    yield* this.#enter();
    this.#insideCount += 1;
    this.#letIn();
    try {
      const index = this.#isFull() ? this.#drain() : yield* this.#inside.wait(this.bindLoop());
      if (this.#state === 'draining') return index;
      throw new BrokenBarrierError('Abort or reset of barrier');
    } finally {
      this.#insideCount -= 1;
      if (this.#insideCount === 0 && !this.broken) this.#state = 'filling';
      this.#letIn();
    }
  }

  /** Waits outside while there is no room. Those who stand there already come first. */
  *#enter(): Coroutine<void> {
    let mustWait = this.#isClosed() || this.#outside.liveCount > 0;
    while (mustWait && !this.broken) {
      yield* this.#outside.wait(this.bindLoop(), this.#letIn);
      mustWait = this.#isClosed();
    }
    if (this.broken) throw new BrokenBarrierError('Barrier aborted');
  }

  #isClosed(): boolean {
    return this.#state === 'draining' || this.#state === 'resetting';
  }

  /** Whether this task is the last one. A task that was cancelled and has yet to go counts not. */
  #isFull(): boolean {
    return this.#inside.waitingCount + 1 === this.#parties;
  }

  /** The last has come: lets all go, numbered in the order in which they came. */
  #drain(): number {
    this.#state = 'draining';
    let index = 0;
    while (this.#inside.wakeFirst(index)) index += 1;
    return index;
  }

  /** Wakes as many outside as there is room for inside; all of them when it is broken. */
  readonly #letIn = (): void => {
    while (this.broken || this.#hasRoom()) if (!this.#outside.wakeFirst()) return;
  };

  #hasRoom(): boolean {
    if (this.#state !== 'filling') return false;
    return this.#insideCount + this.#outside.wokenCount < this.#parties;
  }
}

/** Given to tasks that are not let on: they find the state changed. */
const failed = -1;
