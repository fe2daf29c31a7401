/**
 * How a thread is made: the third of the three seams to the real world.
 *
 * `WorkerSpawner` is the real body, over `node:worker_threads`. The test body is
 * `ScriptedSpawner` in `threadloop/testing`, whose threads live and die as a test says.
 */
import type { EventLoopUtilization } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { ResourceLimits, WorkerOptions } from 'node:worker_threads';
import type { WorkerSeed } from '../threads/notices.js';
import { threadData, threadFile } from '../threads/thread-file.js';
import { inheritedExecArgv } from '../threads/thread-options.js';
import { readLastLines } from './last-lines.js';

/** How a thread ended. */
export interface ThreadExit {
  /** `null` where no thread was made. */
  readonly exitCode: number | null;
  /** What was thrown and ended it, which can be anything; absent where nothing was. */
  readonly error?: unknown;
}

/** A thread that was made. */
export interface SpawnedThread {
  readonly threadId: number;
  /** To be called once; the listener hears of the end exactly once. */
  onExit(listener: (exit: ThreadExit) => void): void;
  /** Ends the thread wherever it is. */
  terminate(): void;
  /** While referenced, the thread keeps the process alive. Threads begin referenced. */
  ref(): void;
  unref(): void;
  /** The share of time, 0 to 1, in which its loop was busy since the last call of this. */
  utilization(): number;
}

/** Makes threads. */
export interface Spawner {
  spawn(seed: WorkerSeed): SpawnedThread;
}

/** Options of the threads, as for Node's `Worker`. */
export interface WorkerSpawnerOptions {
  readonly resourceLimits?: ResourceLimits;
  readonly env?: WorkerOptions['env'];
  readonly execArgv?: readonly string[];
}

/** Makes worker threads. */
export class WorkerSpawner implements Spawner {
  readonly #options: WorkerSpawnerOptions;

  constructor(options: WorkerSpawnerOptions = {}) {
    this.#options = options;
  }

  spawn(seed: WorkerSeed): SpawnedThread {
    const { resourceLimits, env, execArgv = inheritedExecArgv() } = this.#options;
    const worker = createWorker({
      name: seed.name,
      workerData: threadData(seed),
      transferList: [seed.port],
      ...(execArgv === null ? {} : { execArgv: [...execArgv] }),
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
      ...(env === undefined ? {} : { env }),
    });
    readLastLines(worker);
    return new WorkerThread(worker);
  }
}

class WorkerThread implements SpawnedThread {
  readonly threadId: number;
  readonly #worker: Worker;
  #before: EventLoopUtilization | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.threadId = worker.threadId;
  }

  onExit(listener: (exit: ThreadExit) => void): void {
    let uncaught: { readonly error?: unknown } = {};
    this.#worker.on('error', (error) => (uncaught = { error }));
    this.#worker.on('exit', (exitCode) => listener({ exitCode, ...uncaught }));
  }

  terminate(): void {
    void this.#worker.terminate();
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  utilization(): number {
    const now = this.#worker.performance.eventLoopUtilization();
    const before = this.#before;
    this.#before = now;
    if (before === null) return now.utilization;
    return this.#worker.performance.eventLoopUtilization(now, before).utilization;
  }
}

function createWorker(options: WorkerOptions): Worker {
  return new Worker(threadFile, options);
}
