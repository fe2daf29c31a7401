/**
 * One run: the main task, the tasks of the system beside it, and the way in. After Trio's.
 *
 * ```
 * init task ── system nursery ─┬─ system tasks
 *                              └─ main nursery ── main task
 * ```
 * When the main task has ended the system tasks are cancelled, then the way in is closed, and what
 * was accepted there runs. A failure where no task could take it ends the run as a whole, with
 * `TrioInternalError`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isCancelled, LoopRunningError, TrioInternalError } from '../errors.js';
import type { BaseEventLoop } from '../loop/base-event-loop.js';
import type { Clock } from '../loop/clock.js';
import type { Context } from '../loop/context.js';
import type { Coroutine } from '../loop/coroutine.js';
import { allTasks } from '../loop/current-task.js';
import { registry } from '../loop/registry.js';
import { randomFrom } from '../loop/seeded-random.js';
import type { Task } from '../loop/task.js';
import { assertAsyncFunction, callAsync } from './async-function.js';
import type { AsyncFunction } from './async-function.js';
import { meansCancelled } from './cancelled-parts.js';
import { EntryQueue, TrioToken } from './entry-queue.js';
import { IdleWatch } from './idle-watch.js';
import { Instruments } from './instruments.js';
import type { Instrument } from './instruments.js';
import { MockClock } from './mock-clock.js';
import { openNursery } from './nursery.js';
import type { Nursery } from './nursery.js';
import { Passes } from './passes.js';
import { SystemClock } from './system-clock.js';

/** Options of `run()`. */
export interface RunOptions {
  /** Default: real time, from a random point on. */
  readonly clock?: Clock;
  /** Who is told what the scheduler does. */
  readonly instruments?: Iterable<Instrument>;
  /** Shuffles the tasks within a pass, the same way for the same seed. Default: in order. */
  readonly seed?: number;
}

/** What the loop of a run is made with. */
export interface RunLoopOptions {
  readonly clock: Clock;
  /** Has to be called when the timers have changed. */
  readonly onTimers: () => void;
}

/** A loop that tells of its passes. */
export interface RunLoop extends BaseEventLoop {
  /** Who is told, from now on. */
  tell(passes: Passes): void;
  /** When its next timer is due; `Infinity` when none waits. */
  nextDeadlineMs(): number;
  /** Whether nothing stands in its ready queue. */
  isIdle(): boolean;
}

/** How a run ended. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** A run of this thread. */
export class TrioRun {
  readonly loop: RunLoop;
  readonly clock: Clock;
  readonly instruments: Instruments;
  readonly entryQueue: EntryQueue;
  readonly token: TrioToken;
  readonly idleWatch: IdleWatch;
  readonly passes: Passes;
  mainTask: Task<unknown> | null = null;
  readonly #context: Context = AsyncLocalStorage.snapshot();
  #systemNursery: Nursery | null = null;
  #mainNursery: Nursery | null = null;
  #crash: { readonly error: unknown } | null = null;

  /** @throws LoopRunningError inside another run */
  constructor(options: RunOptions, makeLoop: (options: RunLoopOptions) => RunLoop) {
    if (registry.trioRun !== null) {
      throw new LoopRunningError('Attempted to call run() from inside a run()');
    }
    const { clock = new SystemClock(), instruments = [], seed } = options;
    this.clock = clock;
    const mockClock = clock instanceof MockClock ? clock : null;
    this.idleWatch = new IdleWatch(mockClock, () => this.loop.isIdle());
    const loop = makeLoop({ clock, onTimers: () => this.idleWatch.renew() });
    this.loop = loop;
    this.instruments = new Instruments(loop, instruments);
    const random = seed === undefined ? null : randomFrom(seed);
    this.passes = new Passes(this.instruments, this.idleWatch, random);
    this.entryQueue = new EntryQueue(loop, (error) => this.crash('A callback has failed', error));
    this.token = new TrioToken(this.entryQueue);
    loop.tell(this.passes);
    registry.trioRun = this;
    mockClock?.install(this.idleWatch);
  }

  /** The init task: the whole run, as a coroutine for the loop. */
  *init<A extends unknown[], T>(main: AsyncFunction<A, T>, args: A): Coroutine<T> {
    this.instruments.tell('beforeRun');
    const outcomes: Outcome<T>[] = [];
    const work = this.#mainWork(main, args, (outcome) => outcomes.push(outcome));
    try {
      yield* openNursery((system) => this.#runInside(system, main.name || 'main', work));
    } catch (error) {
      if (!meansCancelled(error)) this.crash('The run has failed', error);
    }
    this.#systemNursery = null;
    this.entryQueue.close();
    if (this.#crash !== null) throw this.#crash.error;
    const [outcome] = outcomes;
    if (outcome === undefined) throw new TrioInternalError('the main task was lost');
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** To be called once the init task is done. */
  finish(): void {
    this.instruments.tell('afterRun');
    this.idleWatch.disarm();
    if (this.clock instanceof MockClock) this.clock.install(null);
    registry.trioRun = null;
  }

  /** Starts a task that ends with the run at the latest. */
  spawnSystemTask<A extends unknown[]>(fn: AsyncFunction<A, unknown>, args: A): Task<unknown> {
    assertAsyncFunction(fn, 'spawnSystemTask()');
    const nursery = this.#systemNursery;
    if (nursery === null) throw new TrioInternalError('the run has not begun, or has ended');
    const options = { name: fn.name || 'system task', context: this.#context };
    return nursery.spawn(this.#runSystemTask<A>, [fn, args], options);
  }

  /** Whether the main task has ended: tasks of the system are told to end, and none is started. */
  get isEnding(): boolean {
    return this.#systemNursery === null || this.#systemNursery.cancelScope.cancelCalled;
  }

  /** Something failed that no task waits for: ends the run. */
  crash(message: string, cause: unknown): void {
    this.#crash ??= { error: new TrioInternalError(message, { cause }) };
    this.#mainNursery?.cancelScope.cancelFrom('shutdown');
    this.#systemNursery?.cancelScope.cancelFrom('shutdown');
  }

  /** Cancels the main task, as Ctrl-C does. */
  interrupt(): void {
    this.#mainNursery?.cancelScope.cancelFrom('KeyboardInterrupt');
  }

  /** How many tasks have not ended. */
  get livingCount(): number {
    return allTasks(this.loop).size;
  }

  *#runInside(system: Nursery, name: string, work: () => Coroutine<void>): Coroutine<void> {
    this.#systemNursery = system;
    yield* openNursery((nursery) => {
      this.#mainNursery = nursery;
      this.mainTask = nursery.spawn(work, [], { name });
    });
    system.cancelScope.cancelFrom('shutdown');
  }

  /** The main task's outcome is kept: an error of it is no failure of the run. */
  #mainWork<A extends unknown[], T>(
    main: AsyncFunction<A, T>,
    args: A,
    keep: (outcome: Outcome<T>) => unknown,
  ): () => Coroutine<void> {
    return function* () {
      try {
        keep({ value: yield* callAsync(main, args) });
      } catch (error) {
        keep({ error });
      }
    };
  }

  readonly #runSystemTask = <A extends unknown[]>(
    fn: AsyncFunction<A, unknown>,
    args: A,
  ): Coroutine<void> => this.#guardSystemTask(fn, args);

  *#guardSystemTask<A extends unknown[]>(fn: AsyncFunction<A, unknown>, args: A): Coroutine<void> {
    try {
      yield* callAsync(fn, args);
    } catch (error) {
      if (isCancelled(error)) throw error;
      this.crash(`The system task '${fn.name}' has failed`, error);
    }
  }
}
