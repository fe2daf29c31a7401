/**
 * A function for which nobody waits, called by another thread: what it throws goes to the exception
 * handler of the loop it runs on.
 */
import { captureScope } from '../loop/context.js';
import { isCoroutine, isPromiseLike } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import { reportTo } from '../loop/exception-handler.js';

/** What to call with what. */
export interface Posted {
  readonly loop: EventLoop;
  readonly fn: (...args: unknown[]) => unknown;
  readonly args: unknown[];
}

/** Runs it. What it sets in its async context must not reach the next one. */
export function postInOwnScope(posted: Posted): void {
  captureScope().runInAsyncScope(runPosted, undefined, posted);
}

/** Runs a function for which nobody waits: what it throws goes to the loop's handler. */
function runPosted({ loop, fn, args }: Posted): void {
  try {
    const returned = fn(...args);
    if (isCoroutine(returned)) {
      returned.return(undefined);
      throw new TypeError('coroutines cannot be used with callSoonThreadsafe()');
    }
    if (isPromiseLike(returned)) {
      returned.then(undefined, (error: unknown) => reportPosted(loop, fn.name, error));
    }
  } catch (exception) {
    reportPosted(loop, fn.name, exception);
  }
}

/** Tells the loop's handler what a post has thrown. */
export function reportPosted(loop: EventLoop | null, name: string, exception: unknown): void {
  const message = `Exception in callback ${name || 'anonymous'}() of another thread`;
  reportTo(loop, { message, exception });
}
