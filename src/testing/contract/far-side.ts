/**
 * What the other thread does in checks of the contract that need one.
 * Runs in the thread of a blocking portal.
 */
import type { Coroutine } from '../../loop/coroutine.js';
import { sleep } from '../../tasks/sleep.js';
import type { Callback } from '../../threads/callback.js';

/** Gives back what it was given, after a while. */
export function* echo<T>(value: T): Coroutine<T> {
  yield* sleep(5);
  return value;
}

/** Calls a callback with 1, 2, 3 and so on, and ends when all calls are answered. */
export async function count(
  callback: Callback<(number: number) => void>,
  upTo: number,
): Promise<number> {
  const calls = Array.from({ length: upTo }, (_each, index) => callback(index + 1));
  await Promise.all(calls);
  return calls.length;
}

/** Fails. */
export function* fail(text: string): Coroutine<never> {
  yield* sleep(1);
  throw new RangeError(text);
}
