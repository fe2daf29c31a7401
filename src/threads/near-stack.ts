/**
 * The two stacks of an error that crossed threads: the far side's as it came, and below it where
 * the call was made on the near side.
 */
import { withoutOwnFrames } from './own-frames.js';
import type { AnyFunction } from './remote-function.js';

/** Where a call was made. Taking it costs about 1.5 µs; its text is made when it is asked for. */
export interface NearStack {
  readonly stack?: string;
}

/** Remembers where `inner`, by default this function, is called from. */
export function captureNearStack(inner: AnyFunction = captureNearStack): NearStack {
  const near = {};
  Error.captureStackTrace(near, inner);
  return near;
}

/**
 * The lines that stand below the far side's stack.
 *
 * @param where - the call ran, in words
 */
export function describeNearStack(where: string, near: NearStack | null): string {
  const stack = near?.stack ?? '\n    (made in a burst of calls)';
  const frames = withoutOwnFrames(stack.slice(stack.indexOf('\n') + 1));
  return `    -- ${where}, called from --\n${frames}`;
}

/** Puts the near side's lines below the stack that an error brought along. */
export function joinStacks(error: Error, nearStack: string): void {
  const value = `${withoutOwnFrames(error.stack ?? String(error))}\n${nearStack}`;
  Object.defineProperty(error, 'stack', { value, configurable: true, writable: true });
}
