/**
 * Executors, as far as a loop knows of them: something that runs functions elsewhere.
 *
 * The default one is made on first use, by whoever provides it (`src/executors/`): the loop itself
 * never learns of threads. After `concurrent.futures.Executor`.
 */
import { InvalidArgumentError, InvalidStateError } from '../errors.js';
import type { EventLoop } from './event-loop.js';
import type { FunctionReference } from './function-reference.js';

/** Options of `Executor.submit()`. */
export interface SubmitOptions {
  /** Fires when nobody wants the job any more: with a `CancelledError` for its reason. */
  readonly signal?: AbortSignal;
  /** The loop that waits for the job. Default: the one that runs. */
  readonly loop?: EventLoop;
}

/** Options of `Executor.shutdown()`. */
export interface ExecutorShutdownOptions {
  /** After so many milliseconds the jobs that are left are ended by force. Default: never. */
  readonly timeoutMs?: number;
  /** Cancels the jobs first; else those that were accepted are carried out. Default `false`. */
  readonly cancel?: boolean;
}

/** What an executor is doing: a frozen record. */
export interface ExecutorStats {
  /** Threads that there are. */
  readonly threadCount: number;
  /** Jobs that have a thread. */
  readonly runningCount: number;
  /** Jobs that wait for one. */
  readonly waitingCount: number;
  /** Jobs that ended with a result. */
  readonly completedCount: number;
  /** Jobs that ended with an error. */
  readonly failedCount: number;
  readonly cancelledCount: number;
  /** How long jobs waited for their thread, on average. 0 before the first. */
  readonly meanWaitMs: number;
  /** How long jobs had their thread, on average. 0 before the first. */
  readonly meanRunMs: number;
}

/** Runs functions elsewhere. Any object of this shape can be given to a loop. */
export interface Executor {
  /**
   * Accepts a job.
   *
   * @param fn - the address of a function
   * @returns a promise; a `ConcurrentFuture` where blocking loops are to be served too
   * @throws when it accepts none
   */
  submit(
    fn: FunctionReference,
    args: readonly unknown[],
    options?: SubmitOptions,
  ): PromiseLike<unknown>;
  /**
   * Accepts no more jobs, and ends when those that it has have ended. May be called again.
   *
   * @returns a promise of `false` when the time was up before that; of anything else otherwise
   */
  shutdown(options?: ExecutorShutdownOptions): PromiseLike<unknown>;
  /** What it is doing. */
  stats?(): ExecutorStats;
}

/** @throws InvalidArgumentError when a value has not the shape of an executor */
export function assertExecutor(value: unknown): asserts value is Executor {
  const { submit, shutdown } = (value ?? {}) as Partial<Record<keyof Executor, unknown>>;
  if (typeof submit === 'function' && typeof shutdown === 'function') return;
  throw new InvalidArgumentError('executor must be Executor instance');
}

/** A fresh executor for a loop that was given none. */
export function createDefaultExecutor(): Executor {
  return defaultFactory();
}

/** Filled in by the module of the default executor, which imports this one and not the reverse. */
let defaultFactory = (): Executor => {
  throw new InvalidStateError(
    "There is no default executor: import 'threadloop', or loop.setDefaultExecutor(executor)",
  );
};

/** For `piscina-executor.ts` only. */
export function provideDefaultExecutor(factory: () => Executor): void {
  defaultFactory = factory;
}
