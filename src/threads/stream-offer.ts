/**
 * Something that can be read item by item, on its way to become a stream of another thread.
 * In the thread that offers it, until the message leaves.
 */
import { AsyncResource } from 'node:async_hooks';
import { InvalidArgumentError, show } from '../errors.js';

/** Of whichever kind there is. */
type AnyIterator =
  | { readonly sync: Iterator<unknown, unknown, unknown> }
  | { readonly async: AsyncIterator<unknown> };

/** What is offered. */
export class StreamOffer {
  readonly iterator: AnyIterator;
  /** Fires when the stream is ended early, or is forgotten. */
  readonly abort: AbortController;
  /** The context in which it was offered is that in which it runs. */
  readonly #scope = new AsyncResource('threadloop');

  /** @throws InvalidArgumentError when it cannot be iterated */
  constructor(iterable: unknown, abort: AbortController = new AbortController()) {
    this.iterator = iteratorOf(iterable);
    this.abort = abort;
  }

  enter<R>(run: () => R): R {
    return this.#scope.runInAsyncScope(run);
  }
}

/** Whether an object is given item by item, and not as a whole. */
export function isStreamable(value: object): boolean {
  if (Symbol.asyncIterator in value) return true;
  return Symbol.iterator in value && typeof (value as { next?: unknown }).next === 'function';
}

function iteratorOf(iterable: unknown): AnyIterator {
  const { [Symbol.asyncIterator]: asyncIterator, [Symbol.iterator]: iterator } = Object(
    iterable,
  ) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  if (typeof asyncIterator === 'function') {
    return { async: asyncIterator.call(iterable) };
  }
  if (typeof iterator === 'function') return { sync: iterator.call(iterable) };
  throw new InvalidArgumentError(
    `iterate() expects a function that returns something iterable, this one returned ` +
      show(iterable),
  );
}
