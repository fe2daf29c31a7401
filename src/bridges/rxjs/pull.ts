/**
 * Streams that are pulled, as Observables, which push: another thread's generator, and anything
 * else that is async iterable.
 *
 * RxJS has no back pressure of its own: a subscriber cannot say "wait". So an item is asked for
 * only when the one before it has been taken: by a subscriber's `next()`, which is synchronous, or
 * with `pullMap` by an Observable that has completed. What lies behind an operator that keeps
 * items, such as `mergeMap` or `delay`, is out of reach.
 */
import { from, Observable } from 'rxjs';
import type { ObservableInput, Subscriber } from 'rxjs';
import { outsideTask } from '../../loop/context.js';
import { getEventLoop } from '../../loop/current-loop.js';
import { assertRemoteFunction } from '../../threads/remote-function.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
} from '../../threads/remote-function.js';
import type { ItemOf, RemoteLoop } from '../../threads/remote-loop.js';
import { checkConcurrency } from './run-on.js';

/**
 * Runs a generator of another thread for each subscriber, and emits its items: see
 * `RemoteLoop.iterate`. The producer is at most 1024 items ahead of what was emitted. Its error
 * comes after the items before it; a thread that dies is an error too. Unsubscribing ends the
 * producer, whose `finally` blocks run; what they throw goes to the loop's exception handler.
 *
 * @throws InvalidArgumentError when it is no remote function
 */
export function iterateOn<F extends AnyFunction>(
  loop: RemoteLoop,
  fn: RemoteFunction<F>,
  ...args: RemoteParameters<F>
): Observable<ItemOf<F>> {
  assertRemoteFunction(fn, 'iterateOn');
  return new Observable((subscriber) =>
    pump(loop.iterate(fn, ...args), subscriber, (item) => subscriber.next(item)),
  );
}

/** Options of `pullMap()`. */
export interface PullMapOptions {
  /** Items at work at a time, from 1 up. Default 1. */
  readonly concurrency?: number;
}

/**
 * As `mergeMap`, but of a source that waits: the next item is taken only when fewer than
 * `concurrency` are at work. So a slow project slows the source down, also one in another thread,
 * and nothing piles up between the two.
 *
 * @param source - for each subscriber: a function that gives something async iterable
 * @param project - what to do with an item; it is at work until this has completed
 * @throws InvalidArgumentError when `concurrency` is out of range
 *
 * @example
 * pullMap(() => loop.iterate(tasks.readLines, file), (line) => save(line), { concurrency: 8 });
 */
export function pullMap<T, R>(
  source: () => AsyncIterable<T>,
  project: (item: T, index: number) => ObservableInput<R>,
  { concurrency = 1 }: PullMapOptions = {},
): Observable<R> {
  checkConcurrency(concurrency);
  return new Observable((subscriber) => {
    let activeCount = 0;
    let index = 0;
    /** Resolved when there is room, or when all is done. */
    let onEnded: (() => void) | null = null;
    const fewerThan = (count: number): Promise<void> | undefined => {
      if (activeCount < count) return undefined;
      return new Promise((resolve) => {
        onEnded = () => {
          if (activeCount < count) resolve();
        };
      });
    };
    const begin = (item: T): Promise<void> | undefined => {
      activeCount += 1;
      const inner = from(project(item, index)).subscribe({
        next: (value) => subscriber.next(value),
        error: (error) => subscriber.error(error),
        complete: () => {
          activeCount -= 1;
          onEnded?.();
        },
      });
      index += 1;
      subscriber.add(inner);
      return fewerThan(concurrency);
    };
    return pump(source(), subscriber, begin, () => fewerThan(1));
  });
}

/** Takes item by item until the end, the error, or the unsubscription. */
function pump<T>(
  iterable: AsyncIterable<T>,
  subscriber: Subscriber<unknown>,
  take: (item: T) => Promise<void> | undefined | void,
  atEnd: () => Promise<void> | undefined = () => undefined,
): () => void {
  const iterator = iterable[Symbol.asyncIterator]();
  let isOver = false;
  const run = async (): Promise<void> => {
    try {
      for (;;) {
        const step = await iterator.next();
        if (subscriber.closed) return;
        if (step.done === true) break;
        const taken = take(step.value);
        if (taken !== undefined) await taken;
        if (subscriber.closed) return;
      }
      isOver = true;
      await atEnd();
      subscriber.complete();
    } catch (error) {
      isOver = true;
      if (!subscriber.closed) subscriber.error(error);
    }
  };
  // Not as waits of the task that subscribes, whose cancel would end them.
  void outsideTask(run);
  return () => {
    if (!isOver) void outsideTask(async () => leave(iterator));
  };
}

async function leave(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch (exception) {
    const message = 'A stream failed while it was being left';
    getEventLoop().callExceptionHandler({ message, exception });
  }
}
