/**
 * The figures of an executor, in memory that threads can share: so `stats()` answers at once,
 * also on a thread that is blocked while another one runs the pool.
 *
 * Written by the thread of the pool alone; read by anyone.
 */
import type { ExecutorStats } from '../loop/executor.js';

const cells = [
  'threads',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
  'started',
  'waitMs',
  'ended',
  'runMs',
] as const;

/** What is counted. */
export type Count = (typeof cells)[number];

/** Counts of one executor. */
export class Counts {
  /** To be handed to another thread. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(cells.length * 8)) {
    this.memory = memory;
    this.#cells = new Float64Array(memory);
  }

  set(count: Count, value: number): void {
    this.#cells[cells.indexOf(count)] = value;
  }

  add(count: Count, value = 1): void {
    this.set(count, this.#get(count) + value);
  }

  /** A frozen record. */
  stats(): ExecutorStats {
    return Object.freeze({
      threadCount: this.#get('threads'),
      runningCount: this.#get('running'),
      waitingCount: this.#get('waiting'),
      completedCount: this.#get('completed'),
      failedCount: this.#get('failed'),
      cancelledCount: this.#get('cancelled'),
      meanWaitMs: this.#get('waitMs') / Math.max(this.#get('started'), 1),
      meanRunMs: this.#get('runMs') / Math.max(this.#get('ended'), 1),
    });
  }

  #get(count: Count): number {
    return this.#cells[cells.indexOf(count)] as number;
  }
}
