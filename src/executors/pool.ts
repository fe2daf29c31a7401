/**
 * Jobs, and the Piscina that has threads for them; on a thread whose loop turns.
 *
 * The queue is ours: Piscina is given no more jobs than it may have threads. So jobs begin in the
 * order in which they were submitted, a bound on the queue holds, and a job that waits can be
 * withdrawn. Piscina 5.3 does none of the three for jobs that carry a signal, and all of ours do:
 * it is also what makes it give every job a thread of its own, which can be ended for that job.
 *
 * Its threads run with `atomics: 'disabled'`. Otherwise an idle thread stands still in
 * `Atomics.wait`, and with it the timers and sockets that jobs have left there.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import { QueueFullError } from '../errors.js';
import { reportTo } from '../loop/exception-handler.js';
import type { ExecutorShutdownOptions } from '../loop/executor.js';
import { registry } from '../loop/registry.js';
import type { ConcurrentFuture } from '../threads/concurrent-future.js';
import { after } from '../threads/deadline.js';
import { inheritedExecArgv } from '../threads/thread-options.js';
import type { FunctionAddress } from '../wire/message.js';
import type { Counts } from './counts.js';
import { Job } from './job.js';
import type { JobOutcome, JobOwner } from './job.js';
import type { FilledOptions } from './options.js';

const requireFrom = createRequire(import.meta.url);
const filename = fileURLToPath(new URL('../../workers/executor.js', import.meta.url));

/** The message of the `CancelledError` that a shutdown by force brings. */
const shutdownMessage = 'Executor shutdown';

/** A queue of jobs in front of a Piscina. */
export class Pool implements JobOwner {
  readonly graceMs: number;
  readonly #options: FilledOptions;
  readonly #counts: Counts;
  readonly #piscina: Piscina;
  /** In the order of submission; bounded by `maxQueue`. */
  readonly #waiting = new Set<Job>();
  /** Those that Piscina has. */
  readonly #running = new Set<Job>();
  readonly #onIdle: (() => void)[] = [];
  /** Why the last thread did not start. */
  #startError: unknown = new Error('it could not be started');

  constructor(options: FilledOptions, counts: Counts) {
    this.#options = options;
    this.graceMs = options.graceMs;
    this.#counts = counts;
    this.#piscina = createPiscina(options);
    this.#piscina.on('error', (error) => this.#onError(error));
    this.#piscina.on('workerCreate', () => this.#count());
    // Told before Piscina has taken the thread off its list.
    this.#piscina.on('workerDestroy', () => queueMicrotask(() => this.#onThreadGone()));
  }

  /** @throws QueueFullError */
  submit(address: FunctionAddress, args: readonly unknown[]): ConcurrentFuture<unknown> {
    const { maxThreads, maxQueue } = this.#options;
    const hasToWait = this.#running.size >= maxThreads;
    if (hasToWait && this.#waiting.size >= maxQueue) {
      throw new QueueFullError(
        `The executor's threads are busy, and ${maxQueue} jobs wait already (maxQueue)`,
      );
    }
    const job = new Job(this, address, args);
    this.#waiting.add(job);
    if (hasToWait) job.copyArguments();
    this.#startNext();
    return job.future;
  }

  /** Resolves once all jobs and threads have ended: `false` when some had to be ended by force. */
  async shutdown({
    timeoutMs = Infinity,
    cancel = false,
  }: ExecutorShutdownOptions): Promise<boolean> {
    if (cancel) this.#cancelAll();
    const isIdle = await this.#idleWithin(timeoutMs);
    if (!isIdle) this.#cancelAll();
    // Else the late exit of a thread would have Piscina make a new one, after its end.
    this.#piscina.options.minThreads = 0;
    await this.#piscina.destroy();
    this.#count();
    return isIdle;
  }

  onSettled(job: Job, outcome: JobOutcome): void {
    this.#counts.add(outcome);
    this.#waiting.delete(job);
    this.#count();
    this.#checkIdle();
  }

  #startNext(): void {
    for (const job of this.#waiting) {
      if (this.#running.size >= this.#options.maxThreads) break;
      this.#waiting.delete(job);
      this.#running.add(job);
      void this.#run(job);
    }
    this.#count();
  }

  async #run(job: Job): Promise<void> {
    const startMs = performance.now();
    this.#counts.add('started');
    this.#counts.add('waitMs', startMs - job.submittedMs);
    await job.run(this.#piscina);
    this.#counts.add('ended');
    this.#counts.add('runMs', performance.now() - startMs);
    this.#running.delete(job);
    this.#startNext();
    this.#checkIdle();
  }

  /** A thread ended by an error, and had no job to fail: it was idle, or had yet to start. */
  #onError(exception: unknown): void {
    const isLast = this.#piscina.threads.length === 0;
    if (isLast && [...this.#running].some((job) => job.isWaiting)) {
      this.#startError = exception;
      return;
    }
    // What a job left behind has thrown: nobody else hears of it.
    const message = 'Exception in an idle thread of an executor';
    reportTo(registry.running, { message, exception });
  }

  /** A job must not wait in Piscina for threads that are not there: nobody would start one. */
  #onThreadGone(): void {
    this.#count();
    if (this.#piscina.threads.length > 0) return;
    for (const job of this.#running) if (job.isWaiting) job.retry(this.#startError);
  }

  #cancelAll(): void {
    for (const job of [...this.#waiting, ...this.#running]) job.future.cancel(shutdownMessage);
  }

  #idleWithin(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const deadline = after(timeoutMs, () => resolve(false))?.ref();
      this.#onIdle.push(() => {
        deadline?.clear();
        resolve(true);
      });
      this.#checkIdle();
    });
  }

  #checkIdle(): void {
    if (this.#running.size > 0 || this.#waiting.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #count(): void {
    this.#counts.set('threads', this.#piscina.threads.length);
    this.#counts.set('running', this.#running.size);
    this.#counts.set('waiting', this.#waiting.size);
  }
}

/** Loaded on first use: a program without executors never pays for Piscina. */
function createPiscina(options: FilledOptions): Piscina {
  const { Piscina: PiscinaClass } = requireFrom('piscina') as typeof import('piscina');
  const execArgv = inheritedExecArgv();
  return new PiscinaClass({
    filename,
    name: 'runJob',
    minThreads: options.minThreads,
    maxThreads: options.maxThreads,
    idleTimeout: options.idleTimeoutMs,
    resourceLimits: options.resourceLimits,
    atomics: 'disabled',
    recordTiming: false,
    workerData: { threadloop: { name: 'executor' } },
    ...(execArgv === null ? {} : { execArgv }),
  });
}
