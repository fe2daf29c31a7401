// A loop that somebody else wrote from the ground: one tick for each turn of Node's own loop. It
// never sleeps, so nobody should use it; it shows what is needed, and that the base is enough.

import { type Awaitable, ensureFuture, LoopStoppedError, type TaskFunction } from 'threadloop';
import { BaseEventLoop } from 'threadloop/lowlevel';

/** The shortest loop that keeps the contract. */
export class TurnLoop extends BaseEventLoop {
  override async runForever(): Promise<void> {
    this.beginRun();
    try {
      do {
        await new Promise((resolve) => void setImmediate(resolve));
        this.runTick(() => false);
      } while (!this.stopRequested);
    } finally {
      this.endRun();
    }
  }

  override async runUntilComplete<T>(work: Awaitable<T> | TaskFunction<T>): Promise<T> {
    this.assertCanRun();
    const future =
      typeof work === 'function' && !('then' in work)
        ? this.createTask<T>(work)
        : ensureFuture<T>(work as Awaitable<T>, { loop: this });
    const stop = (): void => this.stop();
    future.addDoneCallback(stop);
    await this.runForever();
    future.removeDoneCallback(stop);
    if (!future.done()) throw new LoopStoppedError('Event loop stopped before Future completed.');
    return future.result();
  }

  protected override wake(): void {}

  protected override timersChanged(): void {}
}
