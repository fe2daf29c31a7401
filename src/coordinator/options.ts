/**
 * What a coordinator's methods take: defaults filled in and ranges checked in one place, with an
 * error that names the option, its value and what is allowed.
 */
import { availableParallelism } from 'node:os';
import { inspect } from 'node:util';
import type { ResourceLimits, WorkerOptions } from 'node:worker_threads';
import { InvalidArgumentError } from '../errors.js';
import { isRemoteFunction } from '../threads/remote-function.js';
import type { RemoteFunction } from '../threads/remote-function.js';
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
  /** How threads are made: the third seam to the real world. Default: `worker_threads`. */
  readonly spawner?: Spawner;
}

/** Options with all defaults filled in. */
export interface FilledOptions {
  readonly loops: number;
  readonly name: string;
  readonly initialize: RemoteFunction | null;
  readonly spawner: Spawner;
}

/** @throws InvalidArgumentError naming the option, its value and what is allowed */
export function fillOptions(options: CoordinatorOptions): FilledOptions {
  const { loops = availableParallelism(), name = 'loop', initialize } = options;
  if (!Number.isInteger(loops) || loops < 1 || loops > maxLoopCount) {
    refuse('loops', loops, `a whole number from 1 to ${maxLoopCount}`);
  }
  if (typeof name !== 'string' || name === '') refuse('name', name, 'a text that is not empty');
  if (initialize !== undefined && !isRemoteFunction(initialize)) {
    refuse('initialize', initialize, 'a remote function: take it from remoteModule(url)');
  }
  return {
    loops,
    name,
    initialize: initialize ?? null,
    spawner: options.spawner ?? new WorkerSpawner(options),
  };
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
  if (!['drain', 'cancel', 'terminate'].includes(mode)) {
    refuse('mode', mode, `'drain', 'cancel' or 'terminate'`);
  }
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    refuse('timeoutMs', timeoutMs, 'a number of milliseconds, 0 or more');
  }
  return { mode, timeoutMs };
}

/** @throws InvalidArgumentError, always */
export function refuse(option: string, value: unknown, allowed: string): never {
  throw new InvalidArgumentError(`option '${option}' has to be ${allowed}, got ${inspect(value)}`);
}
