/**
 * The `AbortSignal` that a called function gets without being passed one.
 *
 * An async function that declares one parameter more than the call passes gets the signal of its
 * cancellation there. Any other function gets the arguments of the call and nothing else.
 */
import { isAsyncFunction } from '../loop/coroutine.js';
import type { TaskFunction } from '../loop/task-work.js';
import type { AnyFunction } from './remote-function.js';

/** Whether a function gets the signal, when it is called with these arguments. */
export function takesSignal(fn: (...args: never[]) => unknown, args: readonly unknown[]): boolean {
  return isAsyncFunction(fn) && fn.length > args.length;
}

/** The arguments with the signal behind them, where the function's last parameter is. */
export function withSignal(
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  signal: AbortSignal,
): unknown[] {
  const padded = [...args];
  padded[fn.length - 1] = signal;
  return padded;
}

/** A call of the function with these arguments, as a task. */
export function bindArguments(fn: AnyFunction, args: readonly unknown[]): TaskFunction<unknown> {
  const call = fn as (...args: readonly unknown[]) => unknown;
  if (!takesSignal(fn, args)) return () => call(...args);
  return (signal) => call(...withSignal(fn, args, signal));
}
