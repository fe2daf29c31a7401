/**
 * Several awaitables, one by one as they come to their ends.
 * After `asyncio.as_completed`.
 */
import { TimeoutError } from '../errors.js';
import { assertIterable, assertTimeOrNull } from '../loop/check-arguments.js';
import type { Awaitable, Coroutine } from '../loop/coroutine.js';
import { getEventLoop } from '../loop/current-loop.js';
import { ensureFuture } from '../loop/ensure-future.js';
import type { Future } from '../loop/future.js';
import type { Handle } from '../loop/handle.js';
import { Operation } from '../loop/operation.js';
import { Fifo } from '../queues/fifo.js';

/** Options of `asCompleted`. */
export interface AsCompletedOptions {
  /** After so many milliseconds every further wait fails with TimeoutError. Default: never. */
  readonly timeoutMs?: number | null;
}

/**
 * The ends of several awaitables in the order in which they come, in two forms. `for await` gives
 * the very futures that were given, or the tasks made of coroutines. Plain `for` gives something to
 * wait for at once, and the k-th of them that is waited for has the k-th result.
 *
 * @throws InvalidArgumentError when it is no iterable, when something in it cannot be waited for,
 *   or when `timeoutMs` is no number
 *
 * @example
 * for await (const task of asCompleted(tasks)) console.log(task.result());
 * for (const next of asCompleted(tasks)) console.log(yield* next);
 */
export function asCompleted<T>(
  awaitables: Iterable<Awaitable<T>>,
  { timeoutMs = null }: AsCompletedOptions = {},
): AsCompleted<T> {
  assertIterable(awaitables, 'expects an iterable of awaitables');
  assertTimeOrNull(timeoutMs, 'asCompleted', 'timeoutMs');
  return new AsCompleted(new Set(awaitables), timeoutMs);
}

/**
 * A future that has come to its end. Without `then`, since TypeScript takes the variable of a
 * `for await` for what waiting gives, while at run time it is the very future.
 */
export type EndedFuture<T> = Omit<Future<T>, 'then' | 'catch' | 'finally'>;

/** See `asCompleted`. An iteration that was left can be taken up again, in either form. */
export class AsCompleted<T> implements Iterable<Operation<T>>, AsyncIterable<EndedFuture<T>> {
  readonly #unfinished: Set<Future<T>>;
  /** In the order of their ends; `null` where the time was up before. */
  readonly #ended = new Fifo<Future<T> | null>();
  readonly #waiters = new Fifo<Future<undefined>>();
  readonly #timer: Handle | null = null;
  #unclaimedCount: number;

  /** For `asCompleted()`. */
  constructor(awaitables: ReadonlySet<Awaitable<T>>, timeoutMs: number | null) {
    const loop = getEventLoop();
    const futures = [...awaitables].map((awaitable) => ensureFuture(awaitable, { loop }));
    this.#unfinished = new Set(futures);
    this.#unclaimedCount = this.#unfinished.size;
    if (timeoutMs !== null && futures.length > 0) {
      this.#timer = loop.callLater(timeoutMs, () => this.#onTimeUp());
    }
    for (const future of this.#unfinished) future.addWaiter(this);
  }

  [Symbol.iterator](): Iterator<Operation<T>, undefined> {
    return {
      next: () =>
        this.#claim()
          ? { done: false, value: new Operation(() => this.#nextResult()) }
          : { done: true, value: undefined },
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<EndedFuture<T>, undefined> {
    return {
      next: async () =>
        this.#claim()
          ? { done: false, value: (await new Operation(() => this.#nextEnd())).future }
          : { done: true, value: undefined },
    };
  }

  /** One of the futures has come to its end. */
  onDone(future: Future<T>): void {
    if (!this.#unfinished.delete(future)) return;
    if (this.#unfinished.size === 0) this.#timer?.cancel();
    this.#ended.push(future);
    this.#wakeOne();
  }

  #claim(): boolean {
    if (this.#unclaimedCount === 0) return false;
    this.#unclaimedCount -= 1;
    return true;
  }

  *#nextResult(): Coroutine<T> {
    return (yield* this.#nextEnd()).future.result();
  }

  /** In an object, since `await` would wait for a bare future and give its result. */
  *#nextEnd(): Coroutine<{ readonly future: Future<T> }> {
    while (this.#ended.length === 0) {
      const waiter = getEventLoop().createFuture<undefined>();
      this.#waiters.push(waiter);
      try {
        yield* waiter;
      } catch (error) {
        // Woken and cancelled: the next one has to know.
        if (!waiter.cancelled()) this.#wakeOne();
        throw error;
      }
    }
    const ended = this.#ended.shift();
    if (ended === null || ended === undefined) throw new TimeoutError('The time is up');
    return { future: ended };
  }

  #wakeOne(): void {
    for (let next = this.#waiters.shift(); next !== undefined; next = this.#waiters.shift()) {
      if (next.done()) continue;
      next.setResult(undefined);
      return;
    }
  }

  #onTimeUp(): void {
    for (const future of this.#unfinished) {
      future.removeWaiter(this);
      this.#ended.push(null);
      this.#wakeOne();
    }
    this.#unfinished.clear();
  }
}
