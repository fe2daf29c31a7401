/**
 * What `then(onFulfilled, onRejected)` gives, with both: a promise that is made only if somebody
 * asks. `await` and `Promise.all` call it so, and never look at what they get. It leaves out two of
 * the three promises that an `await` of ours would make otherwise, which is a third of its cost,
 * and half where Node follows promises for an `AsyncLocalStorage` (measured on Node 20).
 *
 * Handlers run as those of a promise do: in a microtask of their own, one for all that are due, in
 * the order in which they became due, in the async context of the call to `then`.
 */
import { AsyncResource } from 'node:async_hooks';
import { inMicrotask } from '../queues/microtask.js';
import { PromiseWait } from './promise-wait.js';

type Handler<T, R> = (argument: T) => R | PromiseLike<R>;

/** What it waits for. */
interface Source<T> {
  /** The result, at once; throws the error. */
  result(): T;
}

/** A promise in shape; see above. */
export class Reaction<T, A, B> extends PromiseWait implements Promise<A | B> {
  readonly #source: Source<T>;
  readonly #onFulfilled: Handler<T, A>;
  readonly #onRejected: Handler<unknown, B>;
  readonly #scope = new AsyncResource('threadloop');
  #outcome: A | B | PromiseLike<A | B> | undefined;
  #isSettled = false;
  #native: Promise<A | B> | null = null;
  #resolve: ((outcome: A | B | PromiseLike<A | B>) => void) | null = null;

  constructor(source: Source<T>, onFulfilled: Handler<T, A>, onRejected: Handler<unknown, B>) {
    super();
    this.#source = source;
    this.#onFulfilled = onFulfilled;
    this.#onRejected = onRejected;
  }

  get [Symbol.toStringTag](): string {
    return 'Promise';
  }

  then<C = A | B, D = never>(
    onFulfilled?: Handler<A | B, C> | null,
    onRejected?: Handler<unknown, D> | null,
  ): Promise<C | D> {
    return this.#toNative().then(onFulfilled, onRejected);
  }

  catch<D = never>(onRejected?: Handler<unknown, D> | null): Promise<A | B | D> {
    return this.#toNative().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<A | B> {
    return this.#toNative().finally(onFinally);
  }

  /** What it waits for is done: the handler is due. */
  override run(): void {
    due.push(this);
    if (due.length === 1) inMicrotask(handleAllDue);
  }

  /** Calls the handler. */
  handle(): void {
    try {
      const outcome = this.#scope.runInAsyncScope(callHandler<T, A, B>, undefined, this);
      if (outcome === this) throw new TypeError('A promise cannot wait for itself');
      this.#settle(outcome);
    } catch (error) {
      // Whoever does not handle it is told so, as with any promise.
      this.#settle(Promise.reject(error));
    }
  }

  /** In the scope of whoever called `then`. */
  callHandler(): A | B | PromiseLike<A | B> {
    let result: T;
    try {
      result = this.#source.result();
    } catch (error) {
      return this.#onRejected(error);
    }
    return this.#onFulfilled(result);
  }

  #settle(outcome: A | B | PromiseLike<A | B>): void {
    this.#outcome = outcome;
    this.#isSettled = true;
    // What may be a promise is followed even though nobody asks: it may fail.
    if (this.#resolve !== null) this.#resolve(outcome);
    else if (isObject(outcome)) void this.#toNative();
  }

  #toNative(): Promise<A | B> {
    this.#native ??= this.#isSettled
      ? Promise.resolve(this.#outcome as A | B)
      : new Promise<A | B>((resolve) => (this.#resolve = resolve));
    return this.#native;
  }
}

function callHandler<T, A, B>(reaction: Reaction<T, A, B>): A | B | PromiseLike<A | B> {
  return reaction.callHandler();
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

let due: { handle(): void }[] = [];

function handleAllDue(): void {
  const reactions = due;
  due = [];
  for (const reaction of reactions) reaction.handle();
}
