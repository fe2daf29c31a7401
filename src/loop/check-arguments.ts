/**
 * What the scheduling methods of loops refuse, and what they say then.
 * Texts are asyncio's where it has one.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { isAsyncFunction, isCoroutine, isCoroutineFunction, isPromiseLike } from './coroutine.js';

/**
 * In debug mode coroutines and async functions are refused, too: nobody would see their errors.
 *
 * @throws InvalidArgumentError when it is no function that can just be called
 */
export function assertCallable(callback: unknown, method: string, isDebug: boolean): void {
  if (isDebug) assertNoCoroutine(callback, method);
  if (typeof callback === 'function') return;
  throw new InvalidArgumentError(
    `a callable object was expected by ${method}(), got ${show(callback)}`,
  );
}

function assertNoCoroutine(callback: unknown, method: string): void {
  if (!isCoroutine(callback) && !isCoroutineFunction(callback) && !isAsyncFunction(callback)) {
    return;
  }
  throw new InvalidArgumentError(
    `coroutines cannot be used with ${method}(): give them to createTask()`,
  );
}

/** @throws InvalidArgumentError when it is neither a function nor `null` */
export function assertCallableOrNull(value: unknown, message: string): void {
  if (value !== null && typeof value !== 'function') throw new InvalidArgumentError(message);
}

/**
 * A single awaitable is refused, too: futures are iterables, but of nothing that users know.
 *
 * @param expectation - begins the message
 * @throws InvalidArgumentError when it is no iterable of several things
 */
export function assertIterable(value: unknown, expectation: string): void {
  const isAwaitable = isCoroutine(value) || isPromiseLike(value);
  const isIterable = typeof value === 'object' && value !== null && Symbol.iterator in value;
  if (isAwaitable || !isIterable) {
    throw new InvalidArgumentError(`${expectation}, not ${kindOf(value)}`);
  }
}

function kindOf(value: unknown): string {
  if (isCoroutine(value)) return 'coroutine';
  if (typeof value !== 'object' || value === null) return show(value);
  return value.constructor?.name ?? 'object';
}

/** @throws InvalidArgumentError when it is neither a number nor `null` */
export function assertTimeOrNull(value: unknown, method: string, name: string): void {
  if (value === null || (typeof value === 'number' && !Number.isNaN(value))) return;
  throw new InvalidArgumentError(
    `${method}() expects ${name} to be a number of milliseconds or null, got ${show(value)}`,
  );
}

/** @throws InvalidArgumentError when it is missing, or not a number */
export function assertTime(
  value: unknown,
  whenMissing: string,
  method: string,
  name: string,
): void {
  if (value === null || value === undefined) throw new InvalidArgumentError(whenMissing);
  if (typeof value === 'number' && !Number.isNaN(value)) return;
  throw new InvalidArgumentError(
    `${method}() expects ${name} to be a number of milliseconds, got ${show(value)}`,
  );
}
