/**
 * One function over many inputs, bounded in flight: what `Coordinator.map()` gives.
 *
 * Back pressure goes all the way: an input is taken from its source only when there is room for
 * its call, and calls are made only while their results are being consumed.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { isPromiseLike } from '../loop/coroutine.js';
import type { ConcurrentFuture } from '../threads/concurrent-future.js';

/** Options of `Coordinator.map()`. */
export interface MapOptions {
  /** How many calls are under way at a time, over all loops. Default: 4 for each loop. */
  readonly concurrency?: number;
  /** Results in the order of the inputs, or else as they come. Default `true`. */
  readonly ordered?: boolean;
}

/** What a mapping needs, with all defaults filled in. */
export interface Mapping<T> {
  readonly call: (input: T) => ConcurrentFuture<unknown>;
  readonly inputs: Iterable<T> | AsyncIterable<T>;
  readonly concurrency: number;
  readonly ordered: boolean;
}

/**
 * Results that wait behind a slow one, as a multiple of `concurrency`: as far as the order of
 * results lets the loops run ahead. A guess, safe to change.
 */
const runAheadFactor = 8;

/** A mapping under way: iterate it once. Ending early cancels the calls that are under way. */
export class MapIterator<T, R> implements AsyncIterableIterator<R> {
  readonly #mapping: Mapping<T>;
  readonly #source: Iterator<T> | AsyncIterator<T>;
  /** Calls whose results are not consumed, in the order of their inputs. */
  readonly #calls: ConcurrentFuture<unknown>[] = [];
  #inFlightCount = 0;
  #isPulling = false;
  #isExhausted = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(mapping: Mapping<T>) {
    this.#mapping = mapping;
    this.#source = iteratorOf(mapping.inputs);
  }

  /** Asked several times at once, it answers in the order of asking. */
  next(): Promise<IteratorResult<R, undefined>> {
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #next(): Promise<IteratorResult<R, undefined>> {
    for (;;) {
      this.#pull();
      const index = this.#calls.findIndex((call) => call.done());
      const isNext = this.#mapping.ordered ? index === 0 : index !== -1;
      if (isNext) return this.#take(index);
      if (this.#calls.length === 0 && this.#failure !== null) throw await this.#end();
      if (this.#calls.length === 0 && this.#isExhausted) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    await this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #take(index: number): Promise<IteratorResult<R, undefined>> {
    const [call] = this.#calls.splice(index, 1) as [ConcurrentFuture<unknown>];
    try {
      return { done: false, value: call.result() as R };
    } catch (error) {
      this.#failure ??= { error };
      throw await this.#end();
    }
  }

  #hasRoom(): boolean {
    if (this.#failure !== null) return false;
    const { concurrency } = this.#mapping;
    return this.#inFlightCount < concurrency && this.#calls.length < concurrency * runAheadFactor;
  }

  /** Takes inputs as long as there is room; goes on by itself when a source answers later. */
  #pull(): void {
    while (!this.#isPulling && !this.#isExhausted && this.#hasRoom()) {
      try {
        const next = this.#source.next();
        if (isPromiseLike(next)) void this.#pullLater(next);
        else this.#accept(next);
      } catch (error) {
        this.#failSource(error);
      }
    }
  }

  async #pullLater(next: PromiseLike<IteratorResult<T>>): Promise<void> {
    this.#isPulling = true;
    try {
      this.#accept(await next);
    } catch (error) {
      this.#failSource(error);
    }
    this.#isPulling = false;
    this.#pull();
    this.#wake();
  }

  #accept(next: IteratorResult<T>): void {
    if (this.#isExhausted) return;
    if (next.done === true) {
      this.#isExhausted = true;
      return;
    }
    const call = this.#tryCall(next.value);
    if (call === null) return;
    this.#calls.push(call);
    this.#inFlightCount += 1;
    call.addDoneCallback(() => {
      this.#inFlightCount -= 1;
      this.#pull();
      this.#wake();
    });
  }

  #tryCall(input: T): ConcurrentFuture<unknown> | null {
    try {
      return this.#mapping.call(input);
    } catch (error) {
      // Told behind the results that came before; the source has not ended, and is closed then.
      this.#failure ??= { error };
      return null;
    }
  }

  /** The source itself failed, and so has ended: told behind the results that came before. */
  #failSource(error: unknown): void {
    this.#isExhausted = true;
    this.#failure ??= { error };
  }

  /** Cancels what is under way; gives the error to throw. */
  async #end(): Promise<unknown> {
    const wasExhausted = this.#isExhausted;
    this.#isExhausted = true;
    const { error } = this.#failure ?? { error: undefined };
    this.#failure = null;
    for (const call of this.#calls.splice(0)) {
      call.cancel('the iteration of map() ended');
      // Nobody will look at those that failed: only the first error is told.
      call.then(undefined, () => undefined);
    }
    if (!wasExhausted) await this.#closeSource(error);
    return error;
  }

  /** An error of the source's own end does not hide the one that came first. */
  async #closeSource(first: unknown): Promise<void> {
    try {
      await this.#source.return?.();
    } catch (error) {
      if (first === undefined) throw error;
    }
  }
}

function iteratorOf<T>(inputs: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in inputs
    ? inputs[Symbol.asyncIterator]()
    : inputs[Symbol.iterator]();
}

/** @throws InvalidArgumentError for what cannot be iterated */
export function assertIterable(inputs: unknown): void {
  const source = Object(inputs) as object;
  if (!(Symbol.iterator in source || Symbol.asyncIterator in source)) {
    throw new InvalidArgumentError(
      `map() expects inputs that can be iterated, got ${show(inputs, -1)}`,
    );
  }
}
