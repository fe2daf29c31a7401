/**
 * The loop of a run that has the thread to itself: a host loop, on Node's own, that tells of its
 * passes.
 */
import { HostEventLoop } from '../loop/host-event-loop.js';
import type { Runnable } from '../loop/runnable.js';
import type { Passes } from './passes.js';
import type { RunLoop, RunLoopOptions } from './trio-run.js';

/** On Node's own loop, for `trio.run`. */
export class NativeRunLoop extends HostEventLoop implements RunLoop {
  #passes: Passes | null = null;
  readonly #onTimers: () => void;

  constructor({ clock, onTimers }: RunLoopOptions) {
    super({ clock, name: 'trio' });
    this.#onTimers = onTimers;
  }

  tell(passes: Passes): void {
    this.#passes = passes;
    this.setTaskFactory(passes.makeTask);
  }

  nextDeadlineMs(): number {
    return this.timers.nextWhenMs();
  }

  isIdle(): boolean {
    return this.ready.length === 0;
  }

  override callRunnable(runnable: Runnable): void {
    super.callRunnable(runnable);
    this.#passes?.scheduled(runnable);
  }

  protected override runTick(isSpent: () => boolean): boolean {
    this.#passes?.begin(this.ready);
    const isBatchDone = super.runTick(isSpent);
    if (!isBatchDone) return false;
    this.#passes?.end(this.ready.length > 0 ? 0 : this.nextDeadlineMs() - this.time());
    return true;
  }

  protected override timersChanged(): void {
    super.timersChanged();
    this.#onTimers();
  }

  /** At once, and not by a tick: instruments would see a pass in which nothing is done. */
  protected override timerCancelled(): void {
    this.timersChanged();
  }
}
