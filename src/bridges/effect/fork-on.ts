/**
 * Fibers of Effect on a loop of this thread, and their outcomes as futures of it. The loop runs
 * their steps and their timers; nothing of a fiber runs within the call that starts it.
 */
import * as Cause from 'effect/Cause';
import * as Clock from 'effect/Clock';
import * as Effect from 'effect/Effect';
import type { Fiber } from 'effect/Fiber';
import { CancelledError } from '../../errors.js';
import { outsideTask } from '../../loop/context.js';
import { getEventLoop } from '../../loop/current-loop.js';
import type { EventLoop } from '../../loop/event-loop.js';
import type { Future } from '../../loop/future.js';
import { OutsideFuture } from '../../loop/outside-future.js';
import type { LoopOption } from '../awaited.js';
import { loopClock } from './loop-clock.js';
import { loopScheduler } from './loop-scheduler.js';

/**
 * Starts a fiber on a loop: its first step runs at a later tick, as a task's, and its children are
 * scheduled there too. Unless another clock was provided closer by, its sleeps are the loop's
 * timers.
 *
 * @param options - as for `Effect.runFork`
 * @throws InvalidArgumentError; LoopClosedError
 *
 * @example
 * const fiber = forkOn(loop, program);
 */
export function forkOn<A, E>(
  loop: EventLoop,
  effect: Effect.Effect<A, E>,
  options: Omit<Effect.RunOptions, 'scheduler'> = {},
): Fiber<A, E> {
  const scheduler = loopScheduler(loop);
  const onLoop = Effect.yieldNow.pipe(
    Effect.andThen(effect),
    Effect.provideService(Clock.Clock, loopClock(loop)),
  );
  // A fiber's waits are its own, not those of the task that starts it.
  return outsideTask(() => Effect.runFork(onLoop, { ...options, scheduler }));
}

/**
 * Starts a fiber on a loop; a future of its value, to be waited for with `await` or `yield*`.
 * Cancelling it interrupts the fiber, and the future is done when the fiber is: after its
 * finalizers. A fiber that was interrupted by others counts as cancelled, too. Any other failure
 * is thrown as `Effect.runPromise` does: the error itself, or the defect.
 *
 * @throws as `forkOn`
 *
 * @example
 * const size = yield* toFuture(program); // in a coroutine
 */
export function toFuture<A, E>(
  effect: Effect.Effect<A, E>,
  { loop = getEventLoop() }: LoopOption = {},
): Future<A> {
  const fiber = forkOn(loop, effect);
  const future = new OutsideFuture<A>(loop, () => fiber.interruptUnsafe());
  fiber.addObserver((exit) => {
    if (exit._tag === 'Success') future.endWith(exit.value);
    else if (!Cause.hasInterruptsOnly(exit.cause)) future.endWithError(Cause.squash(exit.cause));
    else if (future.isStopping) future.endCancelled();
    else future.endCancelled(new CancelledError('the fiber was interrupted'));
  });
  return future;
}
