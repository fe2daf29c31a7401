/**
 * The options of one call on another thread's loop, as `with()` binds them: checked in one place,
 * with an error that names the option, its value and what is allowed.
 */
import { inspect } from 'node:util';
import type { Transferable } from 'node:worker_threads';
import { InvalidArgumentError } from '../errors.js';
import { priorities } from '../scheduling/task-priority.js';
import type { TaskPriority } from '../scheduling/task-priority.js';

/** Options of calls: see `RemoteLoop.with()` and `Coordinator.with()`. */
export interface CallOptions {
  /** Cancels the call when it fires; its reason is the `cause` of the error. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds that the code may run, counted from its start. Then the call fails with
   * TimeoutError, and the code is cancelled. Default: no limit.
   */
  readonly timeoutMs?: number;
  /** Milliseconds that the call may wait for its start, else as `timeoutMs`. Default: no limit. */
  readonly queueTimeoutMs?: number;
  /**
   * Milliseconds that cancelled code has to end; then its thread is replaced, and the other calls
   * that the thread held fail, save those with `retries`. Default: 1000 after a `timeoutMs`, for
   * ever after any other cancel.
   */
  readonly graceMs?: number;
  /** What of the arguments is moved instead of copied, as for `postMessage`. */
  readonly transferList?: readonly Transferable[];
  /**
   * Among calls that wait for the same loop. Ranks are those of the web's scheduler; a higher one
   * goes first, though not always: one call in 32 is of the rank that had to wait longest, so that
   * none starves. Order is promised within a rank. Default `user-visible`.
   */
  readonly priority?: TaskPriority;
  /** For a coordinator: calls of the same key go to the same loop while it lives. */
  readonly key?: string | number;
  /**
   * How often the call may be made again because its thread died: only for code that can be
   * repeated. Default 0.
   */
  readonly retries?: number;
}

/** After a timeout; longer than any clean-up should take. A guess, safe to change. */
const graceAfterTimeoutMs = 1_000;

/** How long cancelled code may take to end, in milliseconds. */
export function graceOf(options: CallOptions, isTimeout: boolean): number {
  return options.graceMs ?? (isTimeout ? graceAfterTimeoutMs : Infinity);
}

/** @throws InvalidArgumentError naming the option, its value and what is allowed */
export function checkCallOptions(options: CallOptions): CallOptions {
  const { signal, transferList, priority, key, retries } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuseOption('signal', signal, 'an AbortSignal');
  }
  for (const name of ['timeoutMs', 'queueTimeoutMs', 'graceMs'] as const) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value >= 0)) {
      refuseOption(name, value, 'a number of milliseconds, 0 or more');
    }
  }
  if (transferList !== undefined && !Array.isArray(transferList)) {
    refuseOption('transferList', transferList, 'an array');
  }
  if (priority !== undefined && !priorities.includes(priority)) {
    refuseOption('priority', priority, priorities.map((each) => `'${each}'`).join(', '));
  }
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'number') {
    refuseOption('key', key, 'a text or a number');
  }
  if (
    retries !== undefined &&
    !(retries >= 0 && (Number.isInteger(retries) || retries === Infinity))
  ) {
    refuseOption('retries', retries, 'a whole number, 0 or more');
  }
  return options;
}

/** @throws InvalidArgumentError, always */
function refuseOption(option: string, value: unknown, allowed: string): never {
  throw new InvalidArgumentError(`option '${option}' has to be ${allowed}, got ${inspect(value)}`);
}
