/**
 * What can be waited for in both ways: `await` in an async function, `yield*` in a coroutine.
 *
 * The common base of `Future` and `ConcurrentFuture`. It has a full promise's shape, and makes
 * sure that an `await` inside a task is a cancel point of that task.
 */
import type { Suspension } from './coroutine.js';
import { registry } from './registry.js';
import type { Runnable } from './runnable.js';

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
  /** Runs that once it is done: settles the native promise that stands for it. */
  protected abstract whenDone(wait: NativeWait): void;

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const task = registry.asyncTask.getStore()?.task;
    const outcome =
      task === undefined || task.done()
        ? this.#toNative()
        : task.guard(this, () => this.#toNative());
    return outcome.then(onFulfilled, onRejected);
  }

  /** One native promise serves all who wait; made for the first of them. */
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

/** Settles a native promise; to be made right behind it. */
export class NativeWait implements Runnable {
  readonly #waitable: Waitable<unknown>;
  readonly #resolve = lastResolve;
  readonly #reject = lastReject;

  constructor(waitable: Waitable<unknown>) {
    this.#waitable = waitable;
    lastResolve = nothing;
    lastReject = nothing;
  }

  run(): void {
    try {
      this.#resolve(this.#waitable.result());
    } catch (error) {
      this.#reject(error);
    }
  }
}
