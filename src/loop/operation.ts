/**
 * Operations: what this library writes as a coroutine and its users wait for in both ways.
 *
 * `yield* operation` runs it inside the waiting coroutine; `await operation` runs it inside the
 * waiting async function, and begins at the `await`. Either way it runs **in the calling task**,
 * so what it cancels, catches or guards is the caller's. Runs once.
 *
 * Our counterpart of an asyncio coroutine function such as `Lock.acquire()`.
 */
import { InvalidAwaitError } from '../errors.js';
import { BodyFuture } from './body.js';
import type { Coroutine, Suspension } from './coroutine.js';
import { getRunningLoop } from './current-loop.js';
import type { Future } from './future.js';
import { registry } from './registry.js';

/** A coroutine of ours, promise in shape. `createTask` takes it too, to run it on its own. */
export class Operation<T> implements Promise<T> {
  readonly #start: () => Coroutine<T>;
  #isStarted = false;
  #native: Promise<T> | null = null;

  constructor(start: () => Coroutine<T>) {
    this.#start = start;
  }

  get [Symbol.toStringTag](): string {
    return 'Promise';
  }

  /** @throws InvalidAwaitError when it is waited for a second time */
  [Symbol.iterator](): Coroutine<T> {
    if (this.#isStarted) throw new InvalidAwaitError('cannot wait for the same operation twice');
    this.#isStarted = true;
    return this.#start();
  }

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#native ??= drive(this);
    return this.#native.then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally);
  }
}

/** Whether a value is an operation that can still be given to a task. */
export function isOperation(value: unknown): value is Operation<unknown> {
  return value instanceof Operation;
}

/** Steps a coroutine from inside an async function; its waits are that function's own. */
async function drive<T>(operation: Operation<T>): Promise<T> {
  const coroutine = operation[Symbol.iterator]();
  let step = coroutine.next();
  while (step.done !== true) {
    const refusal = await waitFor(step.value);
    step = refusal === null ? coroutine.next() : coroutine.throw(refusal.error);
  }
  return step.value;
}

/** Waits natively. An error that is not the future's own, such as a cancel, is handed back. */
async function waitFor(suspension: Suspension): Promise<{ readonly error: unknown } | null> {
  const future = suspension as Future<unknown> | null;
  try {
    if (future === null) await oneTick();
    else if (future instanceof BodyFuture) await future.outcome;
    else await future;
    return future instanceof BodyFuture ? null : takeDueCancel();
  } catch (error) {
    // A future that is done tells its error itself, when the coroutine goes on.
    return future?.done() === true ? null : { error };
  }
}

/** A cancel that came too late to end the wait comes before what follows it, as in a coroutine. */
function takeDueCancel(): { readonly error: unknown } | null {
  const error = registry.asyncTask.getStore()?.task.takeDueCancel() ?? null;
  return error === null ? null : { error };
}

function oneTick(): Future<void> {
  const loop = getRunningLoop();
  const tick = loop.createFuture<void>();
  loop.callSoon(function endTick() {
    if (!tick.done()) tick.setResult();
  });
  return tick;
}
