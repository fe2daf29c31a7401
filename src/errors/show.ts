/**
 * Values and errors as they stand in messages. Any thread. Never throws, whatever the value does
 * when it is looked at.
 */
import { inspect } from 'node:util';

/** A value as it stands in a message, on any object: never throws. */
export function show(value: unknown, depth = 0): string {
  try {
    return inspect(value, { depth, maxStringLength: 200 });
  } catch {
    return `[${typeof value} that cannot be shown]`;
  }
}

/** An error in asyncio's short form, `RangeError('too far')`; anything else as a value. */
export function showError(error: unknown): string {
  if (!(error instanceof Error)) return show(error);
  try {
    return `${error.name}(${error.message === '' ? '' : inspect(error.message)})`;
  } catch {
    return show(error);
  }
}
