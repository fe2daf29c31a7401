/**
 * RxJS schedulers on loops: of this thread, where actions are the loop's callbacks and timers; and
 * of another thread, as far as that has a meaning.
 *
 * A closure does not cross threads, so the work that RxJS itself schedules stays here whatever the
 * scheduler is. That of a remote loop gives it a place in *time*: after a turn on the remote loop,
 * so after all that this thread sent there before. What is moved to the other thread are remote
 * functions: give one to `schedule()`, or see `runOn`.
 */
import { Subscription } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { InvalidArgumentError, show } from '../../errors.js';
import { getEventLoop } from '../../loop/current-loop.js';
import { isEventLoop } from '../../loop/event-loop.js';
import type { EventLoop } from '../../loop/event-loop.js';
import { isRemoteFunction } from '../../threads/remote-function.js';
import type { RemoteFunction } from '../../threads/remote-function.js';
import { RemoteLoop } from '../../threads/remote-loop.js';
import { LoopAction, onLoop } from './loop-action.js';
import type { Place, Work } from './loop-action.js';
import { RemotePost, RemoteTurn } from './remote-turn.js';

/** Options of `loopScheduler()`. */
export interface LoopSchedulerOptions {
  /**
   * What `now()` says at the beginning of the loop's time, in milliseconds. Default: so that it is
   * the time of day now. With 0, `now()` is `loop.time()`.
   */
  readonly epochMs?: number;
}

/** A scheduler that runs remote functions on another thread's loop. */
export interface RemoteLoopScheduler extends SchedulerLike {
  /** Runs a remote function there, after a delay of this thread's loop; errors stay there. */
  schedule<T>(work: RemoteFunction<(state: T) => unknown>, delay: number, state: T): Subscription;
  schedule(work: RemoteFunction<() => unknown>, delay?: number): Subscription;
  schedule<T>(work: Work<T>, delay?: number, state?: T): Subscription;
}

/**
 * The scheduler of a loop of this thread. An action is a callback of the loop, one with a delay a
 * timer; both run in the order in which they were scheduled, never within `schedule()`, and never
 * in the tick in which they were scheduled. Unsubscribing cancels the callback. What an action
 * throws ends that action alone, and goes to the loop's exception handler, as RxJS lets it go to
 * the host.
 *
 * @throws InvalidArgumentError when it is no loop
 *
 * @example
 * const ticks = interval(1_000, loopScheduler(loop)); // on a VirtualEventLoop without waiting
 */
export function loopScheduler(loop: EventLoop, options?: LoopSchedulerOptions): SchedulerLike;
/**
 * The scheduler of another thread's loop. A **remote function** given to `schedule()` runs there.
 * A closure, which is what `observeOn` and all other operators give, runs on this thread's loop
 * (`getEventLoop()`), after a turn on the remote loop: so all calls that this thread made there
 * before have begun by then, or will not any more. If the turn fails because that thread is lost,
 * this holds too; the closure runs, and the error goes to the exception handler.
 */
export function loopScheduler(
  loop: RemoteLoop,
  options?: LoopSchedulerOptions,
): RemoteLoopScheduler;
export function loopScheduler(
  loop: EventLoop | RemoteLoop,
  options: LoopSchedulerOptions = {},
): SchedulerLike {
  if (loop instanceof RemoteLoop) return new RemoteScheduler(loop, options);
  if (isEventLoop(loop)) return new LocalScheduler(loop, options);
  throw new InvalidArgumentError(
    `loopScheduler() expects an event loop or a RemoteLoop, got ${show(loop, -1)}`,
  );
}

class LocalScheduler implements SchedulerLike {
  readonly #loop: EventLoop;
  readonly #epochMs: number;
  readonly #place: Place;

  constructor(loop: EventLoop, { epochMs = Date.now() - loop.time() }: LoopSchedulerOptions) {
    this.#loop = loop;
    this.#epochMs = epochMs;
    this.#place = (delayMs, run) => onLoop(loop, delayMs, run);
  }

  now(): number {
    return this.#epochMs + this.#loop.time();
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    return new LoopAction<T>(work, this.#place).schedule(state, delay);
  }
}

class RemoteScheduler implements RemoteLoopScheduler {
  readonly #remote: RemoteLoop;
  readonly #epochMs: number | undefined;

  constructor(remote: RemoteLoop, { epochMs }: LoopSchedulerOptions) {
    this.#remote = remote;
    this.#epochMs = epochMs;
  }

  now(): number {
    return this.#epochMs === undefined ? Date.now() : this.#epochMs + getEventLoop().time();
  }

  schedule<T>(
    work: Work<T> | RemoteFunction<(state: T) => unknown>,
    delay = 0,
    state?: T,
  ): Subscription {
    const remote = this.#remote;
    const near = getEventLoop();
    if (isRemoteFunction(work)) {
      const post = new RemotePost({ remote, near, fn: work, state });
      post.begin(delay);
      return new Subscription(() => post.cancel());
    }
    const place: Place = (delayMs, run) => new RemoteTurn({ remote, near, run }).begin(delayMs);
    return new LoopAction<T>(work, place).schedule(state, delay);
  }
}
