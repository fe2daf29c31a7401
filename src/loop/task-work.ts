/**
 * What a task can run: a coroutine object, or a function to be called. No coroutine runs in two
 * tasks.
 */
import { InvalidArgumentError, InvalidAwaitError, show } from '../errors.js';
import { isCoroutine, isCoroutineFunction, isOwnWait, isPromiseLike } from './coroutine.js';
import type { Coroutine } from './coroutine.js';

/** A function that can be run as a task. The signal fires when the task is cancelled. */
export type TaskFunction<T> = (signal: AbortSignal) => PromiseLike<T> | Coroutine<T> | T;

/**
 * Takes the place of `Symbol.iterator` on a coroutine that a task drives, so that neither a second
 * task nor a `yield*` can resume it. The name is shared with other copies of this package.
 */
function refuseSecondDriver(): never {
  throw new InvalidAwaitError('coroutine is being awaited already: each call runs in one task');
}

/** That of a coroutine which nobody drives. */
const ordinaryIterate: unknown = (function* none() {})()[Symbol.iterator];

/** Whether a task drives the coroutine, or did. */
export function isDriven(coroutine: Coroutine<unknown>): boolean {
  const iterate = coroutine[Symbol.iterator];
  return iterate !== ordinaryIterate && iterate.name === refuseSecondDriver.name;
}

/** @throws InvalidAwaitError when a task drives the coroutine already */
export function markDriven(coroutine: Coroutine<unknown>): void {
  if (isDriven(coroutine)) refuseSecondDriver();
  coroutine[Symbol.iterator] = refuseSecondDriver;
}

/** @throws InvalidArgumentError when `work` is neither a coroutine object nor a plain function */
export function assertCanRun(work: unknown): void {
  if (isCoroutine(work)) {
    markDriven(work);
    return;
  }
  if (isCoroutineFunction(work)) {
    const name = work.name === '' ? 'it' : `${work.name}(…)`;
    throw new InvalidArgumentError(
      `a coroutine was expected, got the generator function '${work.name}': call it, ${name}`,
    );
  }
  if (typeof work === 'function') return;
  const hint = isPromiseLike(work) ? ': for a future or promise use ensureFuture()' : '';
  throw new InvalidArgumentError(`a coroutine was expected, got ${show(work, -1)}${hint}`);
}

/** Calls a function; the signal is made only for one that declares a parameter for it. */
export function callWork<T>(
  fn: TaskFunction<T>,
  task: { readonly signal: AbortSignal },
): ReturnType<TaskFunction<T>> {
  return workOf(fn.length === 0 ? (fn as () => ReturnType<TaskFunction<T>>)() : fn(task.signal));
}

/**
 * What a task goes on with. A wait of ours, such as `() => lock.acquire()` returns, is the task's
 * own, so that a cancel reaches it.
 */
export function workOf<T>(returned: ReturnType<TaskFunction<T>>): ReturnType<TaskFunction<T>> {
  return isOwnWait(returned) ? waitFor(returned) : returned;
}

function* waitFor<T>(wait: Coroutine<T>): Coroutine<T> {
  return yield* wait;
}

/** The name of a task: anything is turned into text, as asyncio's `str()` does. */
export function textOfName(name: unknown): string {
  return typeof name === 'string' ? name : show(name);
}
