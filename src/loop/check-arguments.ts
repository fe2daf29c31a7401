/**
 * What the scheduling methods of loops refuse, and what they say then.
 * Texts are asyncio's where it has one.
 */
import { InvalidArgumentError, show } from '../errors.js';

/** @throws InvalidArgumentError when it is no function */
export function assertCallable(callback: unknown, method: string): void {
  if (typeof callback === 'function') return;
  throw new InvalidArgumentError(
    `a callable object was expected by ${method}(), got ${show(callback)}`,
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
