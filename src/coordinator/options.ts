/**
 * What a coordinator's methods take: defaults filled in and ranges checked in one place, with an
 * error that names the option, its value and what is allowed.
 */
import { availableParallelism } from 'node:os';
import { inspect } from 'node:util';
import type { ResourceLimits, WorkerOptions } from 'node:worker_threads';
import { InvalidArgumentError } from '../errors.js';
import type { LateErrors } from '../threads/late-errors.js';
import { isRemoteFunction } from '../threads/remote-function.js';
import type { RemoteFunction } from '../threads/remote-function.js';
import type { WhenFull } from './admission.js';
import { defaultRestartPolicy } from './brake.js';
import type { RestartPolicy } from './brake.js';
import type { RecyclePolicy } from './recycler.js';
import type { Spawner } from './spawner.js';
import { WorkerSpawner } from './spawner.js';

/** More threads than this are a mistake: each takes some 9 MB and a share of the processor. */
const maxLoopCount = 1024;

/** Options of `Coordinator.start()`. */
export interface CoordinatorOptions {
  /** How many loops, 1 to 1024. Default: what the machine offers (`availableParallelism()`). */
  readonly loops?: number;
  /** The loops are named `<name>-1`, `<name>-2`, … Default `loop`. */
  readonly name?: string;
  /** Limits of each thread, as for Node's `Worker`. Default: Node's. */
  readonly resourceLimits?: ResourceLimits;
  /** Environment of the threads. Default: a copy of `process.env`. */
  readonly env?: WorkerOptions['env'];
  /** Node options of the threads. Default: those of this process, as far as a thread takes them. */
  readonly execArgv?: readonly string[];
  /** Runs on each loop before any call does, also on the loop that replaces a dead one. */
  readonly initialize?: RemoteFunction<() => unknown>;
  /**
   * Runs on each loop when its thread ends in good order, behind the last call and the last task:
   * on shutdown (not with `terminate`), on resize and on recycling. Not when a thread dies.
   */
  readonly finalize?: RemoteFunction<() => unknown>;
  /** A thread that is not ready after so many milliseconds is ended. Default 60 000. */
  readonly startTimeoutMs?: number;
  /** What follows the death of a thread. `never`: its loop is gone. Default: see the policy. */
  readonly restart?: RestartPolicy | 'never';
  /** When a thread is followed by a fresh one, without losing a call. Default: never. */
  readonly recycle?: RecyclePolicy;
  /**
   * Errors that nobody can take any more, thrown in a timer or rejected unhandled. `report`: told
   * to the coordinator's exception handler, and the thread goes on. `die`: the thread dies of them,
   * as Node's threads do by themselves. Default `report`.
   */
  readonly lateErrors?: LateErrors;
  /** So many calls of this thread may wait for answers before `submit` is full. Default: any. */
  readonly maxPendingCount?: number;
  /**
   * What a full `submit` does. `refuse`: it throws `QueueFullError`. `wait`: it holds calls back,
   * and makes them in order as there is room. Default `refuse`.
   */
  readonly whenFull?: WhenFull;
  /**
   * Milliseconds that the threads of this process stay awake behind a message, to hear the next one
   * in 2 µs instead of 20: from 0, which saves the processor's time, to 10. Default: 0.05, or what
   * it was set to last.
   */
  readonly pollMs?: number;
  /** How threads are made: the third seam to the real world. Default: `worker_threads`. */
  readonly spawner?: Spawner;
}

/** Options with all defaults filled in. */
export interface FilledOptions {
  readonly loops: number;
  readonly name: string;
  readonly initialize: RemoteFunction | null;
  readonly finalize: RemoteFunction | null;
  readonly startTimeoutMs: number;
  /** `null` for threads that are not replaced. */
  readonly restart: Required<RestartPolicy> | null;
  readonly recycle: Required<RecyclePolicy>;
  readonly lateErrors: LateErrors;
  readonly maxPendingCount: number;
  readonly whenFull: WhenFull;
  /** `undefined` where it stays as it is. */
  readonly pollMs: number | undefined;
  readonly spawner: Spawner;
}

/** Milliseconds that a start may take. A guess, safe to change: better an error than a wait. */
const defaultStartTimeoutMs = 60_000;

/** Longer vigils than this are a mistake: they would take the processor from others. */
const maxPollMs = 10;

const noRecycling: Required<RecyclePolicy> = {
  afterMs: Infinity,
  afterCalls: Infinity,
  afterHeapMB: Infinity,
};

/** @throws InvalidArgumentError naming the option, its value and what is allowed */
export function fillOptions(options: CoordinatorOptions): FilledOptions {
  const { loops = availableParallelism(), name = 'loop', restart = {}, recycle = {} } = options;
  const { startTimeoutMs = defaultStartTimeoutMs, maxPendingCount = Infinity } = options;
  const { lateErrors = 'report', whenFull = 'refuse', pollMs } = options;
  checkLoopCount('loops', loops);
  if (typeof name !== 'string' || name === '') refuse('name', name, 'a text that is not empty');
  checkAtLeast('startTimeoutMs', startTimeoutMs, 1);
  checkAtLeast('maxPendingCount', maxPendingCount, 1);
  checkChoice('lateErrors', lateErrors, ['report', 'die']);
  checkChoice('whenFull', whenFull, ['refuse', 'wait']);
  checkPollMs(pollMs);
  return {
    loops,
    name,
    initialize: checkFunction('initialize', options.initialize),
    finalize: checkFunction('finalize', options.finalize),
    startTimeoutMs,
    restart: fillRestart(restart),
    recycle: fillGroup('recycle', recycle, noRecycling, 1),
    lateErrors,
    maxPendingCount,
    whenFull,
    pollMs,
    spawner: options.spawner ?? new WorkerSpawner(options),
  };
}

function fillRestart(restart: RestartPolicy | 'never'): Required<RestartPolicy> | null {
  if (restart === 'never') return null;
  return fillGroup('restart', restart, defaultRestartPolicy, 0);
}

/** Options within an option; all of them are numbers. */
function fillGroup<T extends object>(
  option: string,
  given: Partial<T>,
  defaults: T,
  least: number,
): T {
  if (typeof given !== 'object' || given === null) {
    const choices = option === 'restart' ? `'never' or a policy` : 'a policy';
    refuse(option, given, `${choices}: { ${Object.keys(defaults).join(', ')} }`);
  }
  const filled = { ...defaults, ...withoutUndefined(given) };
  for (const key of Object.keys(defaults) as (keyof T & string)[]) {
    checkAtLeast(`${option}.${key}`, filled[key], least);
  }
  return filled;
}

function withoutUndefined<T extends object>(given: T): Partial<T> {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}

/** Options of `Coordinator.shutdown()`. */
export interface ShutdownOptions {
  /**
   * `drain`: calls that were made are carried out. `cancel`: they are cancelled, and their code
   * may clean up. `terminate`: the threads end at once. Default `drain`.
   */
  readonly mode?: 'drain' | 'cancel' | 'terminate';
  /** After so many milliseconds the threads are ended by force. Default: never. */
  readonly timeoutMs?: number;
}

/** @throws InvalidArgumentError naming the option, its value and what is allowed */
export function fillShutdownOptions(options: ShutdownOptions): Required<ShutdownOptions> {
  const { mode = 'drain', timeoutMs = Infinity } = options;
  checkChoice('mode', mode, ['drain', 'cancel', 'terminate']);
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    refuse('timeoutMs', timeoutMs, 'a number of milliseconds, 0 or more');
  }
  return { mode, timeoutMs };
}

/** @throws InvalidArgumentError for a number of loops that is out of range */
export function checkLoopCount(option: string, count: unknown): asserts count is number {
  const number = Number.isInteger(count) ? Number(count) : 0;
  if (number < 1 || number > maxLoopCount) {
    refuse(option, count, `a whole number from 1 to ${maxLoopCount}`);
  }
}

function checkPollMs(value: unknown): void {
  if (value === undefined) return;
  if (typeof value === 'number' && value >= 0 && value <= maxPollMs) return;
  refuse('pollMs', value, `a number of milliseconds from 0 to ${maxPollMs}`);
}

function checkAtLeast(option: string, value: unknown, least: number): void {
  if (typeof value === 'number' && value >= least) return;
  refuse(option, value, `a number, ${least} or more`);
}

function checkChoice(option: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  const quoted = choices.map((choice) => `'${choice}'`);
  const last = quoted.pop();
  refuse(option, value, `${quoted.join(', ')} or ${last}`);
}

function checkFunction(option: string, value: unknown): RemoteFunction | null {
  if (value === undefined) return null;
  if (!isRemoteFunction(value)) {
    refuse(option, value, 'a remote function: take it from remoteModule(url)');
  }
  return value;
}

/** @throws InvalidArgumentError, always */
export function refuse(option: string, value: unknown, allowed: string): never {
  throw new InvalidArgumentError(`option '${option}' has to be ${allowed}, got ${inspect(value)}`);
}
