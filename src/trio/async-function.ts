/**
 * What Trio's layer runs as tasks: functions that wait, and their arguments. The function is called
 * in the task itself, so that all of it, from its first line on, belongs to that.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { assertBody, callBody } from '../loop/body.js';
import { isCoroutine, isPromiseLike } from '../loop/coroutine.js';
import type { Coroutine } from '../loop/coroutine.js';

/** A generator function, an async function, or one that returns something of ours to wait for. */
export type AsyncFunction<A extends unknown[], T> = (...args: A) => Coroutine<T> | PromiseLike<T>;

/** @throws InvalidArgumentError when it is no function, such as a call of one */
export function assertAsyncFunction(fn: unknown, method: string): void {
  assertBody(fn, method);
}

/** The coroutine of a task that calls the function. What it waits for is the task's own. */
export function* callAsync<A extends unknown[], T>(fn: AsyncFunction<A, T>, args: A): Coroutine<T> {
  return yield* callBody<undefined, T>(() => {
    const returned = fn(...args);
    if (isCoroutine(returned) || isPromiseLike(returned)) return returned;
    throw new InvalidArgumentError(
      `Trio's layer expects an async function or a generator function, but ` +
        `'${fn.name || 'anonymous'}' returned ${show(returned, -1)}`,
    );
  }, undefined);
}
