/**
 * Continuations: what `scheduler.yield()` gives, done when it is the turn of whoever called it.
 * The code itself goes on a little later, a coroutine in the next tick and an async function after
 * some promises; the scheduler waits for it.
 */
import type { Runnable } from '../loop/runnable.js';
import { Task } from '../loop/task.js';
import { ScheduledFuture } from './scheduled-future.js';

/** The future of one `yield()`. */
export class Continuation extends ScheduledFuture<undefined> {
  readonly isContinuation = true;
  #resumesCoroutine = false;

  override addRunnable(runnable: Runnable): void {
    if (runnable instanceof Task) this.#resumesCoroutine = true;
    super.addRunnable(runnable);
  }

  override begin(): boolean {
    this.setResult(undefined);
    return !this.#resumesCoroutine;
  }
}
