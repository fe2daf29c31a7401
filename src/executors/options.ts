/**
 * What `new PiscinaExecutor()` takes: defaults filled in and ranges checked in one place, with an
 * error that names the option, its value and what is allowed.
 */
import { availableParallelism } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';
import { InvalidArgumentError, show } from '../errors.js';

/** Options of `new PiscinaExecutor()`. */
export interface PiscinaExecutorOptions {
  /**
   * Threads that there may be at once; each has one job at a time. Default: what the machine
   * offers (`availableParallelism()`). More only helps jobs that block on something other than
   * the processor, and each takes some 9 MB.
   */
  readonly maxThreads?: number;
  /** Threads that are kept when there is nothing to do. Default 0. */
  readonly minThreads?: number;
  /** So many milliseconds a thread waits for its next job before it ends. Default 10 000. */
  readonly idleTimeoutMs?: number;
  /**
   * Jobs that may wait for a thread; further ones are refused with `QueueFullError`. Default: any
   * number, as in asyncio.
   */
  readonly maxQueue?: number;
  /**
   * So many milliseconds a job that was told to end may take, before its thread is ended. With
   * `Infinity` it goes on to its end, as in asyncio. Default 5 000.
   */
  readonly graceMs?: number;
  /** Limits of each thread, as for Node's `Worker`. Default: Node's. */
  readonly resourceLimits?: ResourceLimits;
}

/** Options with all defaults filled in; can be copied to another thread. */
export type FilledOptions = Required<PiscinaExecutorOptions>;

/** A starting thread costs some 50 ms, a waiting one 9 MB. A guess, safe to change. */
const defaultIdleTimeoutMs = 10_000;

/** Enough for code that cleans up over a network. A guess, safe to change. */
const defaultGraceMs = 5_000;

/** More threads than this are a mistake. */
const maxThreadCount = 1024;

/** The longest that Node's timers count. */
const longestDelayMs = 2 ** 31 - 1;

/** @throws InvalidArgumentError naming the option, its value and what is allowed */
export function fillOptions(options: PiscinaExecutorOptions): FilledOptions {
  const {
    maxThreads = Math.max(availableParallelism(), options.minThreads ?? 1),
    minThreads = 0,
    idleTimeoutMs = defaultIdleTimeoutMs,
    maxQueue = Infinity,
    graceMs = defaultGraceMs,
    resourceLimits = {},
  } = options;
  checkCount('maxThreads', maxThreads, 1, maxThreadCount);
  checkCount('minThreads', minThreads, 0, maxThreads);
  checkDuration('idleTimeoutMs', idleTimeoutMs);
  if (maxQueue !== Infinity) checkCount('maxQueue', maxQueue, 0, Number.MAX_SAFE_INTEGER);
  checkDuration('graceMs', graceMs);
  if (typeof resourceLimits !== 'object' || resourceLimits === null) {
    refuse('resourceLimits', resourceLimits, "an object, as for Node's Worker");
  }
  return { maxThreads, minThreads, idleTimeoutMs, maxQueue, graceMs, resourceLimits };
}

/** @throws InvalidArgumentError unless it is a number of milliseconds that a timer can count */
export function checkDuration(option: string, value: number): void {
  if (value === Infinity) return;
  if (typeof value === 'number' && value >= 0 && value <= longestDelayMs) return;
  refuse(option, value, `a number of milliseconds from 0 to ${longestDelayMs}, or Infinity`);
}

function checkCount(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  refuse(option, value, `a whole number from ${least} to ${most}`);
}

function refuse(option: string, value: unknown, allowed: string): never {
  throw new InvalidArgumentError(`option '${option}' has to be ${allowed}, got ${show(value)}`);
}
