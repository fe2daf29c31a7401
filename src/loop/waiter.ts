/**
 * How something of ours waits for a future, such as a `gather`: two words in the future's list, and
 * in the ready queue when it is done. A handle has four times as many, and half of what a small
 * task costs goes into collecting garbage.
 */
import type { Future } from './future.js';
import type { Runnable } from './runnable.js';

/** Who wants to know that futures are done. */
export interface FutureWatcher {
  /** Called on the loop of the future, in no particular async context. */
  onDone(future: Future<unknown>): void;
}

/** One of those who wait for a future. */
export class Waiter implements Runnable {
  readonly watcher: FutureWatcher;
  readonly #future: Future<unknown>;

  constructor(watcher: FutureWatcher, future: Future<unknown>) {
    this.watcher = watcher;
    this.#future = future;
  }

  run(): void {
    const future = this.#future;
    try {
      this.watcher.onDone(future);
    } catch (exception) {
      const message = `Exception in what waits for ${future.toString()}`;
      future.getLoop().callExceptionHandler({ message, exception, future });
    }
  }
}
