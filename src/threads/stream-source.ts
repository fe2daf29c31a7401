/**
 * A stream that is read from another thread: the end where the items are made.
 *
 * Runs as one task of the loop, from the first time that items are asked for. It makes as many as
 * the reader has room for, and no more; those that wait leave together. Ending it early lets the
 * producer's `finally` blocks run.
 *
 * A generator's `yield*` of something to wait for is a wait, as in every coroutine; any other
 * `yield` gives an item. The two can be told apart: what waits marks itself for that moment.
 */
import { CancelledError, isCancelled } from '../errors.js';
import type { Coroutine, Suspension } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
import { registry } from '../loop/registry.js';
import type { Task } from '../loop/task.js';
import type { Chunk } from './remote-stream.js';
import type { StreamOffer } from './stream-offer.js';

/** So long, in milliseconds, one step may make items: the loop's other work has its turn then. */
const sliceMs = 1;

/** The clock is read after so many items: one reading costs as much as making a small one. */
const itemsPerReading = 16;

/** The producing end of one stream. */
export class StreamSource {
  readonly #offer: StreamOffer;
  readonly #loop: EventLoop;
  #task: Task<void> | null = null;
  #items: unknown[] = [];
  #madeCount = 0;
  /** How many items may be made in all. */
  #limit = 0;
  /** Whether the producer's own code stands between two items. */
  #isIdle = true;
  #isClosing = false;
  /** Resolved when there is room again. */
  #room: Future<void> | null = null;
  /** Resolved when there is something to send. */
  #arrival: Future<void> | null = null;

  constructor(offer: StreamOffer, loop: EventLoop) {
    this.#offer = offer;
    this.#loop = loop;
  }

  /**
   * Waits for items, and takes all that there are.
   *
   * @param limit - how many the reader has room for, from the first item on
   */
  *pull(limit: number): Coroutine<Chunk> {
    this.#limit = Math.max(this.#limit, limit);
    this.#wake(this.#room);
    const task = this.#begin();
    while (this.#items.length === 0 && !task.done()) {
      this.#arrival = this.#loop.createFuture<void>();
      yield* this.#arrival;
    }
    const items = this.#items;
    this.#items = [];
    if (items.length === 0) return { items, isDone: this.#isEnded(task) };
    return { items, isDone: task.done() && !task.cancelled() && task.exception() === null };
  }

  /** Ends it early; done when the producer's `finally` blocks are. */
  *close(): Coroutine<void> {
    const task = this.#startClosing();
    try {
      yield* task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
    }
  }

  /** As `close`, with nobody waiting. */
  abandon(): void {
    if (!this.#loop.isClosed()) void this.#startClosing();
  }

  #startClosing(): Task<void> {
    const task = this.#begin();
    if (task.done()) return task;
    this.#isClosing = true;
    this.#items = [];
    this.#offer.abort.abort(new CancelledError('the stream was closed'));
    this.#wake(this.#room);
    if (!this.#isIdle) task.cancel('the stream was closed');
    return task;
  }

  #begin(): Task<void> {
    if (this.#task === null) {
      const { iterator } = this.#offer;
      const work =
        'async' in iterator ? () => this.#runAsync(iterator.async) : this.#run(iterator.sync);
      this.#task = this.#offer.enter(() => this.#loop.createTask<void>(work));
      this.#task.addDoneCallback(() => this.#wake(this.#arrival));
    }
    return this.#task;
  }

  /** @throws the error of the producer */
  #isEnded(task: Task<void>): true {
    try {
      task.result();
    } catch (error) {
      if (!this.#isClosing) throw error;
    }
    return true;
  }

  *#run(iterator: Iterator<unknown, unknown, unknown>): Coroutine<void> {
    let isOpen = true;
    let sliceEndsAtMs = 0;
    try {
      while (!this.#isClosing) {
        if (this.#madeCount >= this.#limit) {
          yield* this.#roomToCome();
          continue;
        }
        if (this.#madeCount % itemsPerReading === 0 && performance.now() >= sliceEndsAtMs) {
          // Others have had their turn, or have it now.
          if (sliceEndsAtMs > 0) yield null;
          sliceEndsAtMs = performance.now() + sliceMs;
        }
        isOpen = false;
        this.#isIdle = false;
        const first = iterator.next();
        const step = isWaitStep(first) ? yield* passWaits(iterator, first) : first;
        this.#isIdle = true;
        if (step.done === true) return;
        isOpen = true;
        this.#add(step.value);
      }
    } finally {
      this.#isIdle = true;
      if (isOpen && iterator.return !== undefined) {
        yield* passWaits(iterator, (iterator as Generator).return(undefined));
      }
    }
  }

  async #runAsync(iterator: AsyncIterator<unknown>): Promise<void> {
    let isOpen = true;
    try {
      while (!this.#isClosing) {
        if (this.#madeCount >= this.#limit) {
          await this.#roomToCome();
          continue;
        }
        isOpen = false;
        this.#isIdle = false;
        const step = await iterator.next();
        this.#isIdle = true;
        if (step.done === true) return;
        isOpen = true;
        this.#add(step.value);
      }
    } finally {
      this.#isIdle = true;
      if (isOpen) await iterator.return?.();
    }
  }

  #add(item: unknown): void {
    this.#madeCount += 1;
    if (this.#isClosing) return;
    this.#items.push(item);
    if (this.#items.length === 1) this.#wake(this.#arrival);
  }

  #roomToCome(): Future<void> {
    this.#room = this.#loop.createFuture<void>();
    return this.#room;
  }

  #wake(future: Future<void> | null): void {
    if (future?.done() === false) future.setResult();
  }
}

/** Lets a generator go on until it gives an item or ends. Its waits are those of the task. */
function* passWaits(
  iterator: Iterator<unknown, unknown, unknown>,
  first: IteratorResult<unknown, unknown>,
): Coroutine<IteratorResult<unknown, unknown>> {
  let step = first;
  while (isWaitStep(step)) {
    let sent: unknown;
    try {
      sent = yield step.value as Suspension;
    } catch (error) {
      step = (iterator as Generator).throw(error);
      continue;
    }
    step = iterator.next(sent);
  }
  return step;
}

function isWaitStep({ done, value }: IteratorResult<unknown, unknown>): boolean {
  return done !== true && isWait(value);
}

/** Whether a generator has yielded because it waits. A bare `yield` gives an item. */
function isWait(value: unknown): value is Suspension {
  if (value === null) return registry.stepping?.task.tickWait?.isStanding === true;
  if (typeof value !== 'object') return false;
  return (value as { threadloopAwaited?: unknown }).threadloopAwaited === true;
}
