/**
 * A loop that owns its thread: `runUntilComplete` returns the value itself.
 *
 * When nothing is ready it parks in `Atomics.wait`, without using the processor, until its next
 * timer or until another thread rings. Node's own loop stands still meanwhile, so it runs
 * coroutines only: a native promise cannot settle on a blocked thread, and awaiting one is an
 * error instead of a hang. Calls from other threads are taken from their ports by polling.
 *
 * | phase   | what it means                                | next    |
 * |---------|----------------------------------------------|---------|
 * | idle    | nothing runs; work gathers                   | running |
 * | running | inside `runForever` or `runUntilComplete`    | idle    |
 */
import { DeadlockError, InvalidAwaitError, LoopStoppedError } from '../errors.js';
import { BaseEventLoop } from './base-event-loop.js';
import { isAsyncFunction, isCoroutine, isPromiseLike } from './coroutine.js';
import type { Awaitable } from './coroutine.js';
import { describeTasks } from './describe-tasks.js';
import { forgiveDestroyed } from './destroyed-tasks.js';
import { ensureFuture } from './ensure-future.js';
import type { Future } from './future.js';
import type { LoopOptions } from './loop-options.js';
import { registry } from './registry.js';
import type { TaskFunction } from './task-work.js';

/** An event loop that blocks its thread while it runs. */
export class BlockingEventLoop extends BaseEventLoop {
  /** @param options - see `LoopOptions` */
  constructor(options: LoopOptions = {}) {
    super(options);
  }

  /**
   * Runs until `stop()`, and returns then. Where `stop()` came first, runs one tick.
   *
   * @throws LoopClosedError; LoopRunningError; DeadlockError when nothing can ever happen again
   */
  override runForever(): void {
    this.beginRun();
    try {
      do this.#turn();
      while (!this.stopRequested);
    } finally {
      this.endRun();
    }
  }

  /**
   * Runs until the work is done: a future of this loop, a coroutine object, or a plain function
   * that becomes a task.
   *
   * @returns its value
   * @throws its error; InvalidAwaitError for a promise or an async function; LoopStoppedError when
   *   `stop()` came first, and the work can be resumed; what `runForever` throws
   */
  override runUntilComplete<T>(work: Awaitable<T> | TaskFunction<T>): T {
    const future = this.#begin(work);
    const stop = (): void => this.stop();
    future.addDoneCallback(stop);
    try {
      this.runForever();
    } finally {
      future.removeDoneCallback(stop);
    }
    if (!future.done()) {
      if (future !== work) forgiveDestroyed(future);
      throw new LoopStoppedError('Event loop stopped before Future completed.');
    }
    return future.result();
  }

  /** @throws InvalidAwaitError, always */
  refusePromise(what: string): never {
    throw new InvalidAwaitError(
      `${what} cannot be awaited on a blocking loop: Node stands still while it runs. Use a ` +
        'coroutine, or run this on a HostEventLoop',
    );
  }

  protected override assertCanAwait(work: unknown): void {
    if (isAsyncFunction(work)) this.refusePromise('An async function');
  }

  /** It looks for itself after each tick. */
  protected override wake(): void {}

  protected override timersChanged(): void {}

  #begin<T>(work: Awaitable<T> | TaskFunction<T>): Future<T> {
    try {
      this.assertCanRun();
      if (typeof work === 'function' && !isPromiseLike(work)) return this.createTask<T>(work);
      return ensureFuture<T>(work as Awaitable<T>, { loop: this });
    } catch (error) {
      if (isCoroutine(work)) work.return(undefined as never);
      throw error;
    }
  }

  #turn(): void {
    const { doorbell, inbound } = registry;
    doorbell.look();
    for (const source of inbound) source.poll();
    this.runTick(neverSpent);
    for (const source of inbound) source.flush();
    if (this.stopRequested || this.ready.length > 0) return;
    // The tick may have moved the bell to where other threads find it: look there first.
    if (doorbell !== registry.doorbell) return;
    const whenMs = this.timers.nextWhenMs();
    if (whenMs === Infinity && inbound.size === 0) {
      throw new DeadlockError(
        `Nothing will ever happen on this loop again.\n${describeTasks(this)}`,
      );
    }
    // What was sent meanwhile is announced by a ring that ends the parking at once.
    this.clock.park(whenMs, doorbell);
  }
}

function neverSpent(): boolean {
  return false;
}
