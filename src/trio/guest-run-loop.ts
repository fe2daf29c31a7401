/**
 * The loop of a guest run: it lives on a loop of somebody else's, which lends it the thread for one
 * pass at a time. After Trio's guest mode.
 *
 * The host may be Node itself, a loop of ours, or any queue of callbacks. Trio's own guest waits
 * for sockets in a second thread; here Node does that for everybody, so that all a guest has to
 * order is a wake-up at its next deadline.
 *
 * | phase   | what it means                                             | next    |
 * |---------|-----------------------------------------------------------|---------|
 * | active  | a pass is ordered from the host whenever something is due | stopped |
 * | stopped | nothing runs any more                                     | –       |
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { InvalidStateError } from '../errors.js';
import { BaseEventLoop } from '../loop/base-event-loop.js';
import type { Alarm } from '../loop/clock.js';
import type { Context } from '../loop/context.js';
import { registry } from '../loop/registry.js';
import type { Runnable } from '../loop/runnable.js';
import { Slice } from '../loop/slice.js';
import type { Passes } from './passes.js';
import type { RunLoop, RunLoopOptions } from './trio-run.js';

/** Calls a function soon, on the host's thread. */
export type RunSyncSoon = (fn: () => void) => unknown;

/** On the loop of a host, for `startGuestRun`. */
export class GuestRunLoop extends BaseEventLoop implements RunLoop {
  readonly #runSyncSoon: RunSyncSoon;
  /** The host's: it is called from tasks of the guest, too, which are none of its business. */
  readonly #context: Context = AsyncLocalStorage.snapshot();
  readonly #onTimers: () => void;
  readonly #slice = new Slice();
  #passes: Passes | null = null;
  #isActive = true;
  #isPassOrdered = false;
  #alarm: { readonly whenMs: number; readonly alarm: Alarm } | null = null;

  constructor({ clock, onTimers }: RunLoopOptions, runSyncSoon: RunSyncSoon) {
    super({ clock, name: 'trio guest' });
    this.#runSyncSoon = runSyncSoon;
    this.#onTimers = onTimers;
    this.noteRun();
  }

  tell(passes: Passes): void {
    this.#passes = passes;
    this.setTaskFactory(passes.makeTask);
  }

  /** Whether the guest run is under way, also while the host has the thread. */
  override isRunning(): boolean {
    return this.#isActive;
  }

  /** @throws InvalidStateError, always: the host decides when a guest runs */
  override runForever(): never {
    throw new InvalidStateError('The loop of a guest run is run by its host');
  }

  /** @throws InvalidStateError, always */
  override runUntilComplete(): never {
    return this.runForever();
  }

  /** Ends the run: no further pass is made. */
  override stop(): void {
    this.#isActive = false;
    this.#clearAlarm();
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

  protected override wake(): void {
    if (!this.#isActive || this.#isPassOrdered) return;
    this.#isPassOrdered = true;
    this.#context(this.#runSyncSoon, this.#pass);
  }

  protected override timersChanged(): void {
    if (this.#isActive && !this.#isPassOrdered) this.#setAlarm();
    this.#onTimers();
  }

  readonly #pass = (): void => {
    if (!this.#isActive) return;
    const host = registry.running;
    registry.running = this;
    // Set meanwhile, so that what the pass schedules does not order another one.
    this.#isPassOrdered = true;
    this.#slice.begin();
    try {
      this.runTick(this.#slice.isSpentInBatch);
    } finally {
      registry.running = host;
      this.#isPassOrdered = false;
    }
    if (this.ready.length > 0) this.wake();
    else if (this.#isActive) this.#setAlarm();
  };

  /** A guest without timers orders a distant wake-up: it keeps Node alive. */
  #setAlarm(): void {
    const whenMs = this.timers.nextWhenMs();
    if (this.#alarm?.whenMs === whenMs) return;
    this.#clearAlarm();
    const wake = (): void => {
      this.#alarm = null;
      this.wake();
    };
    this.#alarm = { whenMs, alarm: this.clock.setAlarm(whenMs, wake) };
  }

  #clearAlarm(): void {
    this.#alarm?.alarm.cancel();
    this.#alarm = null;
  }
}
