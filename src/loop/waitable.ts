/**
 * What can be waited for in both ways: `await` in an async function, `yield*` in a coroutine.
 *
 * The common base of `Future` and `ConcurrentFuture`. It has a full promise's shape, and makes
 * sure that an `await` inside a task is a cancel point of that task.
 */
import type { Suspension } from './coroutine.js';
import { PromiseWait } from './promise-wait.js';
import { Reaction } from './reaction.js';
import { registry } from './registry.js';

/** A promise in shape that coroutines can wait for too. */
export abstract class Waitable<T> implements Promise<T> {
  #native: Promise<T> | null = null;

  get [Symbol.toStringTag](): string {
    return 'Promise';
  }

  /** Whether it has a result, an error, or was cancelled. */
  abstract done(): boolean;
  /** Cancels what is waited for; `false` when it was too late. */
  abstract cancel(message?: string): boolean;
  /** Makes `yield* waitable` wait, and gives the result. */
  abstract [Symbol.iterator](): Iterator<Suspension, T, unknown>;
  /** The result, at once; throws the error. */
  abstract result(): T;
  /** Runs that once it is done: settles a promise that stands for it. */
  protected abstract whenDone(wait: PromiseWait): void;

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const task = registry.asyncTask.getStore()?.task;
    const refusal = task === undefined || task.done() ? null : task.guard(this);
    if (refusal !== null) return Promise.reject(refusal).then(onFulfilled, onRejected);
    if (typeof onFulfilled !== 'function' || typeof onRejected !== 'function') {
      return this.#toNative().then(onFulfilled, onRejected);
    }
    const reaction = new Reaction<T, A, B>(this, onFulfilled, onRejected);
    this.whenDone(reaction);
    return reaction;
  }

  /** One native promise serves all who ask for it; made for the first of them. */
  #toNative(): Promise<T> {
    if (this.#native === null) {
      this.#native = new Promise<T>(keepResolvers);
      this.whenDone(new NativeWait(this));
    }
    return this.#native;
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally);
  }
}

type Resolve = (value: unknown) => void;

/** Of the promise that was made last: one closure for each would cost more than the promise. */
let lastResolve: Resolve = nothing;
let lastReject: Resolve = nothing;

function nothing(): void {}

function keepResolvers<T>(resolve: (value: T) => void, reject: Resolve): void {
  lastResolve = resolve as Resolve;
  lastReject = reject;
}

/** Settles that native promise; to be made right behind it. */
class NativeWait extends PromiseWait {
  readonly #waitable: Waitable<unknown>;
  readonly #resolve = lastResolve;
  readonly #reject = lastReject;

  constructor(waitable: Waitable<unknown>) {
    super();
    this.#waitable = waitable;
    lastResolve = nothing;
    lastReject = nothing;
  }

  override run(): void {
    try {
      this.#resolve(this.#waitable.result());
    } catch (error) {
      this.#reject(error);
    }
  }
}
