/**
 * The way into a run from outside: callbacks that run between its tasks. After Trio's `TrioToken`.
 *
 * On the thread of the run. Callbacks run in the order in which they came, those that are
 * idempotent at most once for each time that they wait. Each pass runs what was there when it
 * began, so that callbacks which order themselves again starve nobody. What was accepted runs,
 * also when the run is ending.
 */
import { RunFinishedError } from '../errors.js';
import { assertCallable } from '../loop/check-arguments.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { FunctionReference } from '../loop/function-reference.js';

type Job = () => void;

/** Options of `TrioToken.with()`. */
export interface EntryOptions {
  /** Run a call once, however often it was ordered before it ran. Default `false`. */
  readonly idempotent?: boolean;
}

/** What a token leads to: the queue of a run, or the way to one in another thread. */
export interface Entry {
  /** @throws RunFinishedError; InvalidArgumentError for what cannot be called there */
  order(fn: unknown, args: unknown[], isIdempotent: boolean): void;
}

/** Stands for a run, for whoever wants to call into it; can be sent to other threads. */
export class TrioToken {
  /** For the layers above: where it leads to, and how it was bound. */
  readonly entry: Entry;
  readonly isIdempotent: boolean;

  /** For runs: see `currentTrioToken()`. */
  constructor(entry: Entry, isIdempotent = false) {
    this.entry = entry;
    this.isIdempotent = isIdempotent;
  }

  /**
   * Calls a function in the run, outside of any task, soon. What it throws ends the run with
   * `TrioInternalError`.
   *
   * In another thread `fn` is a remote function, which is called in the thread of the run. When
   * the run ends while the order is on its way, the exception handler there hears of it.
   *
   * @throws RunFinishedError when the run is over; InvalidArgumentError when it is no function
   */
  runSyncSoon<A extends unknown[]>(
    fn: ((...args: A) => unknown) | FunctionReference<(...args: A) => unknown>,
    ...args: A
  ): void {
    this.entry.order(fn, args, this.isIdempotent);
  }

  /** The same token, with options bound. */
  with({ idempotent = false }: EntryOptions): TrioToken {
    return new TrioToken(this.entry, idempotent);
  }
}

/** What waits to be called in a run. Unbounded, as `callSoon` is: it must not refuse. */
export class EntryQueue implements Entry {
  /** One word, for other threads to look at: 1 once the run accepts nothing any more. */
  readonly closed: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));
  readonly #loop: EventLoop;
  readonly #onError: (error: unknown) => void;
  #jobs: Job[] = [];
  /** Calls that run once: by function, the arguments of each. */
  #onceJobs = new Map<object, (readonly unknown[])[]>();
  #onceCount = 0;
  #isOrdered = false;
  readonly #onClose: (() => void)[] = [];

  constructor(loop: EventLoop, onError: (error: unknown) => void) {
    this.#loop = loop;
    this.#onError = onError;
  }

  /** How many calls wait. */
  get size(): number {
    return this.#jobs.length + this.#onceCount;
  }

  /** Whether the run accepts nothing any more. */
  get isClosed(): boolean {
    return Atomics.load(this.closed, 0) !== 0;
  }

  order(fn: unknown, args: unknown[], isIdempotent: boolean): void {
    assertCallable(fn, 'runSyncSoon', true);
    const callable = fn as (...args: unknown[]) => unknown;
    if (isIdempotent) this.addOnce(callable, args);
    else this.add(() => void callable(...args));
  }

  /** Calls back at the end of the run. */
  whenClosed(callback: () => void): void {
    this.#onClose.push(callback);
  }

  add(job: Job): void {
    this.#refuseClosed();
    this.#jobs.push(job);
    this.#order();
  }

  addOnce<A extends unknown[]>(fn: (...args: A) => unknown, args: A): void {
    this.#refuseClosed();
    const waiting = this.#onceJobs.get(fn) ?? [];
    const isSame = (other: readonly unknown[]): boolean =>
      other.length === args.length && args.every((arg, index) => Object.is(arg, other[index]));
    if (waiting.some(isSame)) return;
    this.#onceJobs.set(fn, [...waiting, args]);
    this.#onceCount += 1;
    this.#order();
  }

  /** The run ends: runs what waits, and accepts nothing any more. */
  close(): void {
    Atomics.store(this.closed, 0, 1);
    this.#runAll();
    for (const callback of this.#onClose.splice(0)) callback();
  }

  #order(): void {
    if (this.#isOrdered) return;
    this.#isOrdered = true;
    this.#loop.callSoonThreadsafe(this.#runAll);
  }

  readonly #runAll = (): void => {
    const [jobs, onceJobs] = [this.#jobs, this.#onceJobs];
    this.#jobs = [];
    this.#onceJobs = new Map();
    this.#onceCount = 0;
    this.#isOrdered = false;
    for (const job of jobs) this.#run(job);
    for (const [fn, calls] of onceJobs) {
      for (const args of calls) this.#run(() => (fn as (...given: unknown[]) => void)(...args));
    }
  };

  #run(job: Job): void {
    try {
      job();
    } catch (error) {
      this.#onError(error);
    }
  }

  #refuseClosed(): void {
    if (this.isClosed) throw new RunFinishedError('run() has exited');
  }
}
