/**
 * A stream whose items are made in another thread: the end where they are read.
 *
 * Items come in batches. The producer may be at most a window of items ahead of the reader, which
 * asks for more as it goes. Whoever leaves early, or is cancelled while waiting, ends the producer.
 */
import { abortError } from '../loop/abort-error.js';
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { ConcurrentFuture } from './concurrent-future.js';

/** Some items, and whether they are the last. */
export interface Chunk {
  readonly items: unknown[];
  readonly isDone: boolean;
}

/** The far end. */
export interface StreamEnd {
  /** Waits for items, of which there may be `limit` in all until then. */
  pull(limit: number): ConcurrentFuture<Chunk>;
  /** Ends the producer, and waits for that. */
  close(): ConcurrentFuture<unknown>;
}

/**
 * So many items the producer may be ahead of the reader. With half of it taken more is asked for,
 * and answers come back in about 100 µs: enough for several million small items a second, and
 * still little memory. A guess, safe to change.
 */
export const streamWindow = 1_024;

/**
 * The items of a producer in another thread, once. `for await` reads them in async functions;
 * `next()` can be waited for in coroutines too.
 *
 * The producer's error comes after the items before it. When the producer's thread dies, the next
 * item is a LoopDiedError. A cancel while waiting ends the stream, and so does letting it be
 * collected as garbage.
 */
export class RemoteStream<T> implements AsyncIterable<T>, AsyncDisposable {
  readonly #opening: ConcurrentFuture<RemoteStream<T>> | null;
  #end: StreamEnd | null;
  #items: unknown[] = [];
  #index = 0;
  #readCount = 0;
  #pulling: ConcurrentFuture<Chunk> | null = null;
  #arrival: ConcurrentFuture<void> | null = null;
  /** Set when nothing more will come; the items that have come are still to be read. */
  #outcome: { readonly error?: unknown } | null = null;
  #leaveSignal: () => void = () => undefined;

  /** For the runtime: see `RemoteLoop.iterate()`. */
  constructor(source: StreamEnd | ConcurrentFuture<RemoteStream<T>>, signal?: AbortSignal) {
    const isOpening = source instanceof ConcurrentFuture;
    this.#opening = isOpening ? source : null;
    this.#end = isOpening ? null : source;
    if (signal !== undefined) this.#endWith(signal);
  }

  /** Waits for the next item. */
  next(): Operation<IteratorResult<T, undefined>> {
    return new Operation(() => this.#next());
  }

  /**
   * Ends the stream early. Waits for the producer's `finally` blocks, and throws what they throw.
   * Does nothing when it has ended.
   */
  return(): Operation<IteratorResult<T, undefined>> {
    return new Operation(() => this.#return());
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: async () => {
        // Most items are there already: no time for an operation each.
        return this.#index < this.#items.length ? this.#take() : this.next();
      },
      return: async () => this.return(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  *#next(): Coroutine<IteratorResult<T, undefined>> {
    while (this.#index >= this.#items.length) {
      if (this.#outcome !== null) return this.#conclude(this.#outcome);
      yield* this.#waitForMore();
    }
    return this.#take();
  }

  #take(): IteratorResult<T, undefined> {
    const value = this.#items[this.#index] as T;
    this.#items[this.#index] = undefined;
    this.#index += 1;
    this.#readCount += 1;
    const left = this.#items.length - this.#index;
    if (left <= streamWindow / 2 && this.#pulling === null) this.#pull();
    return { done: false, value };
  }

  #conclude(outcome: { readonly error?: unknown }): IteratorReturnResult<undefined> {
    // An error is told once; from then on the stream is at its end, as a generator is.
    this.#outcome = {};
    if ('error' in outcome) throw outcome.error;
    return { done: true, value: undefined };
  }

  *#waitForMore(): Coroutine<void> {
    try {
      this.#end ??= (yield* this.#opening as ConcurrentFuture<RemoteStream<T>>).#end;
      // Somebody may have ended the stream meanwhile: then nothing will come.
      if (this.#outcome !== null) return;
      this.#pull();
      this.#arrival ??= new ConcurrentFuture<void>();
      yield* this.#arrival;
    } catch (error) {
      // Not the producer's error, which is an outcome: the wait itself failed or was cancelled.
      yield* this.#abandon();
      throw error;
    }
  }

  #pull(): void {
    if (this.#pulling !== null || this.#outcome !== null || this.#end === null) return;
    const pulling = this.#end.pull(this.#readCount + streamWindow);
    this.#pulling = pulling;
    pulling.addDoneCallback(() => this.#onPulled(pulling));
  }

  #onPulled(pulling: ConcurrentFuture<Chunk>): void {
    this.#pulling = null;
    try {
      const { items, isDone } = pulling.result();
      if (this.#index < this.#items.length) {
        this.#items = [...this.#items.slice(this.#index), ...items];
      } else {
        this.#items = items;
      }
      this.#index = 0;
      if (isDone) this.#finish({});
    } catch (error) {
      if (this.#outcome === null) {
        this.#finish({ error });
        // It may have been an item that cannot travel: then the producer still waits.
        this.#closeQuietly();
      }
    }
    this.#wake();
  }

  #wake(): void {
    const arrival = this.#arrival;
    this.#arrival = null;
    arrival?.setResult();
  }

  #finish(outcome: { readonly error?: unknown }): void {
    this.#outcome ??= outcome;
    this.#leaveSignal();
  }

  /** The signal does not keep a stream that is garbage otherwise. */
  #endWith(signal: AbortSignal): void {
    const self = new WeakRef(this);
    const onAbort = (): void => {
      const stream = self.deref();
      if (stream !== undefined) stream.#fail(abortError(signal));
    };
    signal.addEventListener('abort', onAbort);
    this.#leaveSignal = () => signal.removeEventListener('abort', onAbort);
  }

  #fail(error: Error): void {
    if (this.#outcome !== null) return;
    this.#items = [];
    this.#finish({ error });
    this.#closeQuietly();
    this.#wake();
  }

  *#return(): Coroutine<IteratorResult<T, undefined>> {
    const isOver = this.#outcome !== null;
    this.#items = [];
    this.#outcome = {};
    this.#leaveSignal();
    if (!isOver) {
      this.#end ??= (yield* this.#opening as ConcurrentFuture<RemoteStream<T>>).#end;
      yield* this.#end?.close() as ConcurrentFuture<unknown>;
    }
    return { done: true, value: undefined };
  }

  /** Waits for the producer's `finally` blocks, as the reader's own would be waited for. */
  *#abandon(): Coroutine<void> {
    this.#items = [];
    this.#outcome = {};
    this.#leaveSignal();
    if (this.#end === null) {
      this.#opening?.cancel();
      return;
    }
    try {
      yield* this.#end.close();
    } catch {
      // What ended the wait counts.
    }
  }

  #closeQuietly(): void {
    const closing = this.#end?.close();
    closing?.addDoneCallback(() => {
      try {
        closing.result();
      } catch {
        // The stream has ended with an error, which counts; or its thread is gone.
      }
    });
  }
}
