/**
 * A queue between the tasks of one loop: producers wait for room, consumers for items.
 *
 * Not for several threads: another thread hands over a call of `putNowait` instead. After
 * `asyncio.Queue`.
 *
 * An item stays in the queue until a task that was woken comes for it. After every item that comes
 * or goes, and after every woken task that does not come, `#settle` sees to it that as many getters
 * are on their way as there are items, and as many putters as there are free places. So no wake-up
 * is lost with a task that is cancelled: what it was to take goes to the next.
 *
 * Whoever comes while others wait or are on their way stands behind them, also when an item is
 * there; asyncio's queue lets it in at once. One of those before it will settle the queue again.
 */
import {
  InvalidArgumentError,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  show,
} from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { describeItems, FifoItems } from './items.js';
import type { Items } from './items.js';
import { LoopBound } from './loop-bound.js';
import { UnfinishedWork } from './unfinished-work.js';
import { WaiterQueue } from './waiter-queue.js';

/** How a queue stands. */
export interface QueueStats {
  /** Items in it. */
  readonly itemCount: number;
  /** Tasks that wait for an item. */
  readonly getterCount: number;
  /** Tasks that wait for room. */
  readonly putterCount: number;
  /** Items that were put and for which `taskDone()` has not been called. */
  readonly unfinishedCount: number;
  readonly isShutDown: boolean;
}

/**
 * First in, first out; with `maxsize` it holds back producers that are too fast.
 *
 * Guaranteed: items come in the order in which they were put, each once; tasks that wait are
 * served in the order in which they came. `getNowait()` and `putNowait()` do not wait and so may
 * get in front of a task that was just woken: that one waits again, behind the others.
 *
 * Also an async iterable for async functions: it takes items until the queue is shut down and
 * empty. Each step is a cancel point. The loop's body has to call `taskDone()` where someone
 * waits in `join()`.
 *
 * @example
 * for await (const job of queue) {
 *   await work(job);
 *   queue.taskDone();
 * }
 */
export class Queue<T> extends LoopBound implements AsyncIterable<T> {
  readonly #maxsize: number;
  readonly #items: Items<T>;
  readonly #getters: WaiterQueue = new WaiterQueue(this);
  readonly #putters: WaiterQueue = new WaiterQueue(this);
  readonly #unfinished: UnfinishedWork = new UnfinishedWork(this);
  #isShutDown = false;

  /**
   * @param maxsize - how many items it holds at most; unbounded when zero or less. Default 0
   * @param items - for those who write queues of another order: where the items are kept
   * @throws InvalidArgumentError when `maxsize` is no number
   */
  constructor(maxsize = 0, items: Items<T> = new FifoItems<T>()) {
    super();
    if (typeof maxsize !== 'number' || Number.isNaN(maxsize)) {
      throw new InvalidArgumentError(`maxsize must be a number, got ${show(maxsize)}`);
    }
    this.#maxsize = maxsize;
    this.#items = items;
  }

  /** How many items it holds at most; unbounded when zero or less. */
  get maxsize(): number {
    return this.#maxsize;
  }

  /** How many items are in it. */
  qsize(): number {
    return this.#items.length;
  }

  /** Whether there is no item in it. */
  empty(): boolean {
    return this.#items.length === 0;
  }

  /** Whether there is no room in it. */
  full(): boolean {
    return this.#roomCount() <= 0;
  }

  /**
   * Puts an item in, waiting for room first. A cancel point only when it has to wait; a cancelled
   * `put` has put nothing.
   *
   * @throws QueueShutDownError also when that comes while it waits; DifferentLoopError
   */
  put(item: T): Operation<void> {
    return new Operation(() => this.#put(item));
  }

  /**
   * Puts an item in at once.
   *
   * @throws QueueFullError, QueueShutDownError
   */
  putNowait(item: T): void {
    if (this.#isShutDown) throw new QueueShutDownError('Queue is shut down');
    if (this.full()) throw new QueueFullError('Queue is full');
    try {
      this.#items.add(item);
      this.#unfinished.add();
    } finally {
      this.#settle();
    }
  }

  /**
   * Takes the next item out, waiting for one first. A cancel point only when it has to wait; a
   * cancelled `get` has taken nothing.
   *
   * @throws QueueShutDownError when it is shut down and empty, also while it waits;
   *   DifferentLoopError
   */
  get(): Operation<T> {
    return new Operation(() => this.#get());
  }

  /**
   * Takes the next item out at once.
   *
   * @throws QueueEmptyError; QueueShutDownError when it is shut down and empty
   */
  getNowait(): T {
    if (this.empty()) {
      if (this.#isShutDown) throw new QueueShutDownError('Queue is shut down');
      throw new QueueEmptyError('Queue is empty');
    }
    try {
      return this.#items.take();
    } finally {
      this.#settle();
    }
  }

  /**
   * Says that the work on one item is done: to be called once for each item that was taken.
   *
   * @throws InvalidStateError when there were not as many items
   */
  taskDone(): void {
    this.#unfinished.finishOne();
  }

  /**
   * Waits until `taskDone()` was called for every item that was put. A cancel point only when it
   * has to wait.
   *
   * @throws DifferentLoopError
   */
  join(): Operation<void> {
    return new Operation(() => this.#join());
  }

  /**
   * Ends the queue, for good: `put` is refused from now on, and tasks that wait in it are too;
   * `get` goes on until the queue is empty, and is refused then.
   *
   * @param immediate - drop the items that are in it, as if their work were done. Default `false`
   */
  shutdown(immediate = false): void {
    this.#isShutDown = true;
    if (immediate) this.#dropItems();
    this.#settle();
  }

  /** A frozen record. */
  stats(): QueueStats {
    return Object.freeze({
      itemCount: this.#items.length,
      getterCount: this.#getters.waitingCount,
      putterCount: this.#putters.waitingCount,
      unfinishedCount: this.#unfinished.count,
      isShutDown: this.#isShutDown,
    });
  }

  /** Takes items until the queue is shut down and empty. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: async () => {
        try {
          return { done: false, value: await this.get() };
        } catch (error) {
          if (error instanceof QueueShutDownError) return { done: true, value: undefined };
          throw error;
        }
      },
    };
  }

  override toString(): string {
    const parts = [this.constructor.name, `maxsize=${this.#maxsize}`];
    if (!this.empty()) parts.push(`queue=[${describeItems(this.#items)}]`);
    if (this.#getters.waitingCount > 0) parts.push(`getters[${this.#getters.waitingCount}]`);
    if (this.#putters.waitingCount > 0) parts.push(`putters[${this.#putters.waitingCount}]`);
    if (this.#unfinished.count > 0) parts.push(`tasks=${this.#unfinished.count}`);
    if (this.#isShutDown) parts.push('shutdown');
    return `<${parts.join(' ')}>`;
  }

  *#put(item: T): Coroutine<void> {
    let mustWait = this.full() || this.#putters.liveCount > 0;
    while (mustWait && !this.#isShutDown) {
      yield* this.#putters.wait(this.bindLoop(), this.#settle);
      mustWait = this.full();
    }
    this.putNowait(item);
  }

  *#get(): Coroutine<T> {
    let mustWait = this.empty() || this.#getters.liveCount > 0;
    while (mustWait && !this.#isDrained()) {
      yield* this.#getters.wait(this.bindLoop(), this.#settle);
      mustWait = this.empty();
    }
    return this.getNowait();
  }

  *#join(): Coroutine<void> {
    if (this.#unfinished.count > 0) yield* this.#unfinished.wait(this.bindLoop());
  }

  /** Wakes one getter for each item and one putter for each place; after the end, all of them. */
  readonly #settle = (): void => {
    const [getters, putters] = [this.#getters, this.#putters];
    while (this.#isDrained() || this.#items.length > getters.wokenCount) {
      if (!getters.wakeFirst()) break;
    }
    while (this.#isShutDown || this.#roomCount() > putters.wokenCount) {
      if (!putters.wakeFirst()) break;
    }
  };

  #isDrained(): boolean {
    return this.#isShutDown && this.empty();
  }

  #roomCount(): number {
    return this.#maxsize > 0 ? this.#maxsize - this.#items.length : Infinity;
  }

  #dropItems(): void {
    let left = this.#items.length;
    this.#items.clear();
    // None is left where `taskDone()` was called ahead of time.
    for (; left > 0 && this.#unfinished.count > 0; left -= 1) this.#unfinished.finishOne();
  }
}
