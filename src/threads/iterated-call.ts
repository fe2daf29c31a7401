/**
 * A call whose answer is a stream: what the function returns is not run or waited for as a whole,
 * but offered to be read item by item.
 */
import { isAsyncFunction, isPromiseLike } from '../loop/coroutine.js';
import type { TaskFunction } from '../loop/task-work.js';
import { withSignal } from './signal-argument.js';
import { isStreamable, StreamOffer } from './stream-offer.js';

type Callable = (...args: unknown[]) => unknown;

/**
 * The call as a task that ends as soon as there is something to read. An async function or async
 * generator function that declares one parameter more than is passed gets a signal there, which
 * fires when the stream is ended early.
 */
export function bindIterated(fn: Callable, args: unknown[]): TaskFunction<unknown> {
  return () => {
    const abort = new AbortController();
    const isAsync = isAsyncFunction(fn) || isAsyncGeneratorFunction(fn);
    const takesSignal = isAsync && fn.length > args.length;
    const returned = fn(...(takesSignal ? withSignal(fn, args, abort.signal) : args));
    const offer = (iterable: unknown): StreamOffer => new StreamOffer(iterable, abort);
    const isAwaited = isPromiseLike(returned) && !isStreamable(returned);
    return isAwaited ? returned.then(offer) : offer(returned);
  };
}

function isAsyncGeneratorFunction(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncGeneratorFunction]';
}
