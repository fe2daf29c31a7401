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

type Job = () => void;

/** Options of `TrioToken.with()`. */
export interface EntryOptions {
  /** Run a call once, however often it was ordered before it ran. Default `false`. */
  readonly idempotent?: boolean;
}

/** Stands for a run, for whoever wants to call into it. */
export class TrioToken {
  readonly #queue: EntryQueue;
  readonly #isIdempotent: boolean;

  /** For runs: see `currentTrioToken()`. */
  constructor(queue: EntryQueue, isIdempotent = false) {
    this.#queue = queue;
    this.#isIdempotent = isIdempotent;
  }

  /**
   * Calls a function in the run, outside of any task, soon. What it throws ends the run with
   * `TrioInternalError`.
   *
   * @throws RunFinishedError when the run is over; InvalidArgumentError when it is no function
   */
  runSyncSoon<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void {
    assertCallable(fn, 'runSyncSoon', true);
    if (this.#isIdempotent) this.#queue.addOnce(fn, args);
    else this.#queue.add(() => void fn(...args));
  }

  /** The same token, with options bound. */
  with({ idempotent = false }: EntryOptions): TrioToken {
    return new TrioToken(this.#queue, idempotent);
  }
}

/** What waits to be called in a run. Unbounded, as `callSoon` is: it must not refuse. */
export class EntryQueue {
  readonly #loop: EventLoop;
  readonly #onError: (error: unknown) => void;
  #jobs: Job[] = [];
  /** Calls that run once: by function, the arguments of each. */
  #onceJobs = new Map<object, (readonly unknown[])[]>();
  #onceCount = 0;
  #isOrdered = false;
  #isClosed = false;

  constructor(loop: EventLoop, onError: (error: unknown) => void) {
    this.#loop = loop;
    this.#onError = onError;
  }

  /** How many calls wait. */
  get size(): number {
    return this.#jobs.length + this.#onceCount;
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
    this.#isClosed = true;
    this.#runAll();
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
    if (this.#isClosed) throw new RunFinishedError('run() has exited');
  }
}
