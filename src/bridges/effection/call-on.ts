/**
 * Operations of Effection that wait for something else: a call on another thread's loop, its
 * stream, a timer or anything else of a loop of this thread. Halting cancels what is waited for,
 * and the halt is over when its code has ended, wherever that runs.
 *
 * Effection goes on at once, inside whatever resolves an operation, and has no public seam to have
 * it otherwise: so there is no scheduler here. An operation that waits for something of a loop
 * goes on in a callback of that loop.
 */
import { action, resource, until } from 'effection';
import type { Operation, Stream } from 'effection';
import { outsideTask } from '../../loop/context.js';
import { getEventLoop } from '../../loop/current-loop.js';
import { assertRemoteFunction } from '../../threads/remote-function.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../../threads/remote-function.js';
import type { ItemOf, RemoteLoop } from '../../threads/remote-loop.js';
import { begin } from '../awaited.js';
import type { LoopOption, MakeAwaitable } from '../awaited.js';
import { callFar, cancelFully, whenSettled } from '../far-call.js';
import type { CallTarget } from '../far-call.js';

/**
 * Calls a remote function whenever the operation runs. A halt reaches its code, a coroutine at its
 * `yield*`, and waits for its `finally` blocks; code that ignores it is given up after the
 * `graceMs` that `target.with()` binds, with its thread.
 *
 * @param target - a `RemoteLoop`, or a coordinator for whichever loop has room
 *
 * @example
 * const size = yield* callOn(loop, tasks.crawl, url);
 */
export function callOn<F extends AnyFunction>(
  target: CallTarget,
  fn: RemoteFunction<F>,
  ...args: RemoteParameters<F>
): Operation<RemoteResult<F>> {
  return waitFor(() => callFar(target, fn, args));
}

/**
 * Waits for a future, a coroutine or anything else that a loop can wait for, made anew whenever the
 * operation runs.
 *
 * @example
 * const answer = yield* fromAwaitable(() => ask(question)); // a coroutine of threadloop
 */
export function fromAwaitable<T>(make: MakeAwaitable<T>, options: LoopOption = {}): Operation<T> {
  return waitFor(() => begin(make, options));
}

/** As Effection's `sleep`, with a timer of a loop: one with virtual time has it jump. */
export function sleepOn(delayMs: number, { loop }: LoopOption = {}): Operation<void> {
  return action<void>((resolve) => {
    const timer = (loop ?? getEventLoop()).callLater(delayMs, () => resolve());
    return () => timer.cancel();
  });
}

/**
 * A stream of Effection from a generator of another thread: see `RemoteLoop.iterate`. Both are
 * pulled, so the producer is at most 1024 items ahead. When the scope of the subscription ends,
 * the producer's `finally` blocks run, and are waited for.
 *
 * @throws InvalidArgumentError when it is no remote function
 *
 * @example
 * for (const line of yield* each(iterateOn(loop, tasks.readLines, file))) {
 *   console.log(line);
 *   yield* each.next();
 * }
 */
export function iterateOn<F extends AnyFunction>(
  loop: RemoteLoop,
  fn: RemoteFunction<F>,
  ...args: RemoteParameters<F>
): Stream<ItemOf<F>, undefined> {
  assertRemoteFunction(fn, 'iterateOn');
  return resource(function* (provide) {
    const stream = loop.iterate(fn, ...args);
    const iterator = stream[Symbol.asyncIterator]();
    try {
      yield* provide({ next: () => until(outsideTask(() => iterator.next())) });
    } finally {
      yield* until(outsideTask(async () => stream.return()));
    }
  });
}

interface Work<T> {
  addDoneCallback(callback: () => void): void;
  result(): T;
  cancel(): boolean;
  done(): boolean;
}

function waitFor<T>(start: () => Work<T>): Operation<T> {
  return {
    *[Symbol.iterator]() {
      const work = start();
      try {
        return yield* action<T>((resolve, reject) => {
          whenSettled(work, { value: resolve, error: (error) => reject(error as Error) });
          return () => undefined;
        });
      } finally {
        if (!work.done()) {
          yield* action<void>((resolve) => {
            cancelFully(work, () => resolve());
            return () => undefined;
          });
        }
      }
    },
  };
}
