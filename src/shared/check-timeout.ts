/**
 * The limit of a wait that blocks the thread: checked before anything is waited for.
 * Any thread; promises that only a number that makes sense is waited for.
 */
import { InvalidArgumentError, show } from '../errors.js';

/** @throws InvalidArgumentError unless it is a number from 0 up, or `Infinity` */
export function checkTimeout(timeoutMs: number): void {
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return;
  const range = 'a number of milliseconds, 0 or more';
  throw new InvalidArgumentError(`timeoutMs must be ${range}, got ${show(timeoutMs)}`);
}
