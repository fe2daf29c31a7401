/**
 * The default loop: it lives on Node's own loop, so timers, sockets, promises and async functions
 * go on around it.
 *
 * A tick runs as a microtask; when its slice is spent the loop goes on from `setImmediate`. It
 * holds at most one host timer, which also keeps the process alive during a run. An idle loop
 * does nothing at all.
 *
 * | phase      | what it means                                   | next                    |
 * |------------|-------------------------------------------------|-------------------------|
 * | idle       | nothing runs; work gathers                      | running, background     |
 * | running    | inside `runForever` or `runUntilComplete`       | idle, background        |
 * | background | runs whenever no other loop of the thread does  | running, idle           |
 *
 * In the background the loop keeps the process alive for its timers, and for nothing else.
 */
import { InvalidStateError, LoopStoppedError } from '../errors.js';
import { inMicrotask } from '../queues/microtask.js';
import { AsyncGenerators } from './async-generators.js';
import { BaseEventLoop } from './base-event-loop.js';
import type { Alarm } from './clock.js';
import { isCoroutine } from './coroutine.js';
import type { Awaitable } from './coroutine.js';
import { provideDefaultLoop } from './current-loop.js';
import { forgiveDestroyed } from './destroyed-tasks.js';
import { ensureFuture } from './ensure-future.js';
import type { Future } from './future.js';
import type { Callback } from './handle.js';
import type { LoopOptions } from './loop-options.js';
import { registry } from './registry.js';
import { SignalHandlers } from './signals.js';
import { Slice } from './slice.js';
import type { TaskFunction } from './task-work.js';

/** An event loop on Node's event loop. */
export class HostEventLoop extends BaseEventLoop {
  readonly #slice = new Slice();
  readonly #asyncGenerators = new AsyncGenerators(this);
  readonly #signalHandlers = new SignalHandlers(this);
  #endRun: (() => void) | null = null;
  #backgroundUsers = 0;
  #tickScheduled = false;
  #seenTurnCount = 0;
  #alarm: { readonly whenMs: number; readonly alarm: Alarm } | null = null;

  /** @param options - see `LoopOptions` */
  constructor(options: LoopOptions = {}) {
    super(options);
  }

  /**
   * Runs until `stop()`. Where `stop()` came first, runs one tick.
   *
   * @throws LoopClosedError; LoopRunningError when a loop runs in this thread already
   */
  override async runForever(): Promise<void> {
    this.beginRun();
    return new Promise<void>((resolve) => {
      this.#endRun = resolve;
      this.#scheduleTick();
    });
  }

  /**
   * Runs until the work is done: a future, a coroutine object, a promise, or a function that
   * becomes a task.
   *
   * @returns its value
   * @throws its error; LoopStoppedError when `stop()` came first, and the work can be resumed;
   *   what `runForever` throws
   */
  override async runUntilComplete<T>(work: Awaitable<T> | TaskFunction<T>): Promise<T> {
    let future: Future<T>;
    try {
      this.assertCanRun();
      future =
        typeof work === 'function' && !('then' in work)
          ? this.createTask<T>(work)
          : ensureFuture<T>(work as Awaitable<T>, { loop: this });
    } catch (error) {
      if (isCoroutine(work)) work.return(undefined as never);
      throw error;
    }
    const stop = (): void => this.stop();
    future.addDoneCallback(stop);
    await this.runForever();
    future.removeDoneCallback(stop);
    if (!future.done()) {
      if (future !== work) forgiveDestroyed(future);
      throw new LoopStoppedError('Event loop stopped before Future completed.');
    }
    return future.result();
  }

  /** Ends a run; a loop that only runs in the background takes no notice. */
  override stop(): void {
    if (this.isRunning() && this.#endRun === null) return;
    super.stop();
  }

  /**
   * Runs this loop whenever no other loop of the thread does, until the returned function has
   * been called as often as this one. Keeps the process alive only for its timers.
   *
   * @throws InvalidStateError when another loop does that already; LoopClosedError
   */
  runInBackground(): () => void {
    this.assertOpen();
    if (registry.background !== null && registry.background !== this) {
      throw new InvalidStateError('Another loop of this thread runs in the background already');
    }
    this.#backgroundUsers += 1;
    registry.background = this;
    registry.running ??= this;
    this.noteRun();
    this.#scheduleTick();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#backgroundUsers -= 1;
      if (this.#backgroundUsers > 0) return;
      registry.background = null;
      if (!this.isRunning() || this.#endRun !== null) return;
      registry.running = null;
      this.#clearAlarm();
    };
  }

  /**
   * Calls back on this loop whenever the process gets a signal, in place of what Node does then.
   * One callback for each signal: the last one that was added. Main thread only.
   *
   * @throws InvalidArgumentError for what is no signal, or cannot be caught; InvalidStateError in
   *   any other thread
   */
  addSignalHandler<A extends unknown[]>(
    signal: NodeJS.Signals,
    callback: Callback<A>,
    ...args: A
  ): void {
    this.assertOpen();
    this.#signalHandlers.add(signal, callback as Callback<unknown[]>, args);
  }

  /**
   * Takes a signal handler of this loop back; `false` where there was none. Closing the loop takes
   * them all back.
   *
   * @throws as `addSignalHandler`
   */
  removeSignalHandler(signal: NodeJS.Signals): boolean {
    return this.#signalHandlers.remove(signal);
  }

  /**
   * Has an async generator closed by `shutdownAsyncGenerators()`, which `run()` calls at its end.
   * asyncio knows of them all by itself; JavaScript cannot. Held weakly, and returned as it is.
   */
  trackAsyncGenerator<G extends AsyncGenerator<unknown, unknown, never>>(generator: G): G {
    this.#asyncGenerators.track(generator);
    return generator;
  }

  /**
   * Closes the tracked async generators, all at once, and waits for their `finally` blocks; call it
   * in a task of this loop. Errors go to the loop's exception handler.
   */
  shutdownAsyncGenerators(): Promise<void> {
    return this.#asyncGenerators.shutDown();
  }

  override close(): void {
    super.close();
    this.#signalHandlers.clear();
  }

  protected override wake(): void {
    if (this.isRunning()) this.#scheduleTick();
  }

  protected override timersChanged(): void {
    // A scheduled tick looks at the timers when it ends.
    if (this.isRunning() && !this.#tickScheduled) this.#setAlarm();
  }

  /** The tick looks at the timers once, however many are cancelled before it. */
  protected override timerCancelled(): void {
    this.wake();
  }

  #scheduleTick(): void {
    if (this.#tickScheduled) return;
    this.#tickScheduled = true;
    inMicrotask(this.#tick);
  }

  #scheduleTickAfterNode(): void {
    this.#tickScheduled = true;
    // Ordered again when the loop is idle: a clock that jumps must not jump meanwhile.
    this.#clearAlarm();
    setImmediate(this.#tickInNewSlice);
  }

  readonly #tickInNewSlice = (): void => {
    this.#beginSlice();
    this.#tick();
  };

  #beginSlice(): void {
    this.#seenTurnCount = registry.nodeTurnCount;
    this.#slice.begin();
  }

  /** Whether Node has to have the thread: not where it has just brought a message. */
  #owesTurn(): boolean {
    if (!this.#slice.isSpent()) return false;
    if (this.#seenTurnCount === registry.nodeTurnCount) return true;
    this.#beginSlice();
    return false;
  }

  readonly #onAlarm = (): void => {
    this.#alarm = null;
    if (!this.#tickScheduled) this.#tickInNewSlice();
  };

  readonly #tick = (): void => {
    this.#tickScheduled = false;
    // Another loop has the thread: this one goes on when it has ended.
    if (!this.isRunning()) return;
    if (this.#owesTurn()) {
      this.#scheduleTickAfterNode();
      return;
    }
    // Set meanwhile, so that what the tick schedules does not order another one.
    this.#tickScheduled = true;
    const isBatchDone = this.runTick(this.#slice.isSpentInBatch);
    this.#tickScheduled = false;
    if (!isBatchDone) this.#scheduleTickAfterNode();
    else if (this.stopRequested && this.#endRun !== null) this.#finishRun(this.#endRun);
    else if (this.ready.length > 0) this.#scheduleTick();
    else this.#setAlarm();
  };

  #finishRun(end: () => void): void {
    this.#endRun = null;
    this.#clearAlarm();
    this.endRun();
    end();
  }

  /** Orders the next wake-up. A run without timers orders a distant one: it keeps Node alive. */
  #setAlarm(): void {
    const whenMs = this.timers.nextWhenMs();
    if (whenMs === Infinity && this.#endRun === null) {
      this.#clearAlarm();
    } else if (this.#alarm?.whenMs !== whenMs) {
      this.#clearAlarm();
      this.#alarm = { whenMs, alarm: this.clock.setAlarm(whenMs, this.#onAlarm) };
    }
  }

  #clearAlarm(): void {
    this.#alarm?.alarm.cancel();
    this.#alarm = null;
  }
}

provideDefaultLoop(() => new HostEventLoop());
