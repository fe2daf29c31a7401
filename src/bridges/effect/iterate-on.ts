/**
 * Another thread's generator as a Stream of Effect. Runs in the thread that reads.
 * Both are pulled, so back pressure is kept from one end to the other.
 */
import * as Cause from 'effect/Cause';
import * as Effect from 'effect/Effect';
import type { Pull } from 'effect/Pull';
import * as Stream from 'effect/Stream';
import { outsideTask } from '../../loop/context.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
} from '../../threads/remote-function.js';
import type { ItemOf, RemoteLoop } from '../../threads/remote-loop.js';
import type { RemoteStream } from '../../threads/remote-stream.js';
import { failCall } from './call-error.js';
import type { CallError } from './call-error.js';

/**
 * Runs a generator of another thread whenever the stream runs: see `RemoteLoop.iterate`. The
 * producer is at most 1024 items ahead. Its error comes after the items before it, as a CallError;
 * so does the death of its thread. A stream that ends early, by `Stream.take` or an interruption,
 * ends the producer, and waits for its `finally` blocks.
 *
 * For the other direction there is `Stream.toAsyncIterable`, whose result can be an argument of a
 * call.
 */
export function iterateOn<F extends AnyFunction>(
  loop: RemoteLoop,
  fn: RemoteFunction<F>,
  ...args: RemoteParameters<F>
): Stream.Stream<ItemOf<F>, CallError> {
  type Item = ItemOf<F>;
  const open = Effect.try({ try: () => loop.iterate(fn, ...args), catch: (error) => error });
  const opened = Effect.acquireRelease(Effect.catch(open, failCall), leave);
  return Stream.unwrap(
    Effect.map(opened, (stream) => Stream.fromPull(Effect.succeed(pull<Item>(stream)))),
  );
}

function pull<T>(stream: RemoteStream<T>): Pull<readonly [T, ...T[]], CallError> {
  const iterator = stream[Symbol.asyncIterator]();
  const next = Effect.tryPromise({
    try: () => outsideTask(() => iterator.next()),
    catch: (error) => error,
  });
  return Effect.matchEffect(next, {
    onFailure: failCall,
    onSuccess: (step) =>
      step.done === true ? Cause.done() : Effect.succeed([step.value] as const),
  });
}

/** What a `finally` block throws is a defect: there is no channel for it. */
function leave(stream: RemoteStream<unknown>): Effect.Effect<void> {
  return Effect.promise(() => outsideTask(async () => void (await stream.return())));
}
