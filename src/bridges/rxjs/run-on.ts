/**
 * `runOn`: each item of an Observable becomes a call on another thread's loop, and its result an
 * item. What `observeOn` would be, if closures could cross threads.
 *
 * So many calls may be under way; items that come meanwhile wait here. RxJS cannot slow their
 * source down, so their number has no bound: see `pullMap` for sources that can be.
 */
import { mergeMap, Observable } from 'rxjs';
import type { OperatorFunction, Subscriber } from 'rxjs';
import { InvalidArgumentError, show } from '../../errors.js';
import type { ConcurrentFuture } from '../../threads/concurrent-future.js';
import { assertRemoteFunction } from '../../threads/remote-function.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../../threads/remote-function.js';
import { callFar, whenSettled } from '../far-call.js';
import type { CallTarget } from '../far-call.js';
import { callOn } from './call-on.js';

/** Options of `runOn()`. */
export interface RunOnOptions {
  /** Calls under way at a time, from 1 up; `Infinity` for all. Default 4. */
  readonly concurrency?: number;
  /**
   * Whether results and errors come in the order of the items, as from `concatMap`; else each as
   * soon as it is there, as from `mergeMap`. Default `true`.
   */
  readonly ordered?: boolean;
}

/** As for `coordinator.map`, per loop. A guess, safe to change. */
const defaultConcurrency = 4;

/**
 * Runs a remote function on every item. The first error ends it; then, and when it is
 * unsubscribed, the calls that are under way are cancelled, and items that wait are dropped. A
 * thread that dies is an error of the calls that it held.
 *
 * @param target - a `RemoteLoop`, where calls begin in the order of the items, or a coordinator
 * @throws InvalidArgumentError
 *
 * @example
 * urls$.pipe(runOn(loop.with({ timeoutMs: 500 }), tasks.crawl)).subscribe(show);
 */
export function runOn<F extends AnyFunction>(
  target: CallTarget,
  fn: RemoteFunction<F>,
  { concurrency = defaultConcurrency, ordered = true }: RunOnOptions = {},
): OperatorFunction<Parameters<F>[0], RemoteResult<F>> {
  assertRemoteFunction(fn, 'runOn');
  checkConcurrency(concurrency);
  type Item = Parameters<F>[0];
  const argsOf = (item: Item): RemoteParameters<F> => [item] as RemoteParameters<F>;
  if (!ordered) return mergeMap((item: Item) => callOn(target, fn, ...argsOf(item)), concurrency);
  return (source) =>
    new Observable((subscriber) => {
      const start = (item: Item): ConcurrentFuture<RemoteResult<F>> =>
        callFar(target, fn, argsOf(item));
      const calls = new OrderedCalls(start, concurrency, subscriber);
      subscriber.add(() => calls.cancelAll());
      subscriber.add(
        source.subscribe({
          next: (item) => calls.add(item),
          error: (error) => subscriber.error(error),
          complete: () => calls.complete(),
        }),
      );
    });
}

/** @throws InvalidArgumentError */
export function checkConcurrency(concurrency: number): void {
  if (concurrency >= 1) return;
  throw new InvalidArgumentError(
    `option 'concurrency' has to be a number, 1 or more, got ${show(concurrency, -1)}`,
  );
}

interface Flight<R> {
  readonly call: ConcurrentFuture<R>;
  outcome: { readonly value: R } | { readonly error: unknown } | null;
}

/** Calls whose results leave in the order of the items; one that waits for its turn has a place. */
class OrderedCalls<T, R> {
  readonly #start: (item: T) => ConcurrentFuture<R>;
  readonly #concurrency: number;
  readonly #subscriber: Subscriber<R>;
  readonly #waiting: T[] = [];
  readonly #flights: Flight<R>[] = [];
  #isComplete = false;
  #isEmitting = false;

  constructor(
    start: (item: T) => ConcurrentFuture<R>,
    concurrency: number,
    subscriber: Subscriber<R>,
  ) {
    this.#start = start;
    this.#concurrency = concurrency;
    this.#subscriber = subscriber;
  }

  add(item: T): void {
    this.#waiting.push(item);
    this.#fill();
  }

  complete(): void {
    this.#isComplete = true;
    this.#emit();
  }

  cancelAll(): void {
    this.#waiting.length = 0;
    for (const { call } of this.#flights.splice(0)) call.cancel();
  }

  #fill(): void {
    while (this.#waiting.length > 0 && this.#flights.length < this.#concurrency) {
      const item = this.#waiting.shift() as T;
      let call: ConcurrentFuture<R>;
      try {
        call = this.#start(item);
      } catch (error) {
        this.#subscriber.error(error);
        return;
      }
      const flight: Flight<R> = { call, outcome: null };
      this.#flights.push(flight);
      whenSettled(call, {
        value: (value) => this.#land(flight, { value }),
        error: (error) => this.#land(flight, { error }),
      });
    }
  }

  #land(flight: Flight<R>, outcome: NonNullable<Flight<R>['outcome']>): void {
    flight.outcome = outcome;
    this.#emit();
  }

  /** A subscriber may bring the next item while it hears of one: that one waits for its turn. */
  #emit(): void {
    if (this.#isEmitting || this.#subscriber.closed) return;
    this.#isEmitting = true;
    try {
      for (;;) {
        const outcome = this.#flights[0]?.outcome ?? null;
        if (outcome === null) break;
        this.#flights.shift();
        if ('error' in outcome) this.#subscriber.error(outcome.error);
        else this.#subscriber.next(outcome.value);
        if (this.#subscriber.closed) return;
        this.#fill();
      }
    } finally {
      this.#isEmitting = false;
    }
    if (this.#isComplete && this.#flights.length === 0) this.#subscriber.complete();
  }
}
