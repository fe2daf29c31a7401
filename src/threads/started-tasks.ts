/**
 * Tasks that say when they have started: the far side of `BlockingPortal.startTask()`.
 *
 * Runs in the portal's thread. One start is two calls: one runs the task, the other, right behind
 * it, waits until the task says `taskStatus.started(value)`. After `TaskGroup.start()` of AnyIO.
 */
import { InvalidStateError, isCancelled } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { ensureFuture } from '../loop/ensure-future.js';
import type { Future } from '../loop/future.js';
import type { FunctionAddress } from '../wire/message.js';
import { resolveExport } from './module-loader.js';
import type { AnyFunction } from './remote-function.js';
import { bindArguments } from './signal-argument.js';

/** By which a task says that it has started; its last argument, before an `AbortSignal`. */
export interface TaskStatus<T = unknown> {
  /**
   * Lets `startTask()` return that value.
   *
   * @throws InvalidStateError at the second time
   */
  started(value: T): void;
}

/** What a caller of `startTask()` passes: status and signal are supplied on the other side. */
export type StartParameters<F extends AnyFunction> =
  Parameters<F> extends [...infer Rest, TaskStatus<infer _Value>]
    ? Rest
    : Parameters<F> extends [...infer Rest, TaskStatus<infer _Value>, AbortSignal]
      ? Rest
      : never;

/** What the task says when it has started. */
export type StartValue<F extends AnyFunction> =
  Parameters<F> extends [...unknown[], TaskStatus<infer Value>]
    ? Value
    : Parameters<F> extends [...unknown[], TaskStatus<infer Value>, AbortSignal]
      ? Value
      : never;

/** Those of which one of the two calls has come; the second takes a start out. */
const starts = new Map<number, Future<unknown>>();

/** Runs a function as a task, with its status behind the arguments. */
export function* runStarting(
  id: number,
  address: FunctionAddress,
  args: readonly unknown[],
): Coroutine<unknown> {
  const start = startOf(id);
  try {
    const fn = yield* ensureFuture(resolveExport(address.url, address.name));
    const value = yield* getRunningLoop().createTask<unknown>(
      bindArguments(fn, [...args, statusOf(start)]),
    );
    if (start.done()) return value;
    throw new InvalidStateError('Task exited without calling taskStatus.started()');
  } catch (error) {
    if (start.done()) throw error;
    if (isCancelled(error)) start.cancel(error.message);
    else start.setException(error);
    throw error;
  }
}

/** Answered as soon as the thread takes calls. */
export function nothing(): void {}

/** Waits until the task has started, and gives what it said. */
export function* waitUntilStarted(id: number): Coroutine<unknown> {
  try {
    return yield* startOf(id);
  } finally {
    starts.delete(id);
  }
}

function startOf(id: number): Future<unknown> {
  let start = starts.get(id);
  if (start === undefined) starts.set(id, (start = getRunningLoop().createFuture<unknown>()));
  return start;
}

const twice = `called 'started' twice on the same task status`;

function statusOf(start: Future<unknown>): TaskStatus {
  return {
    started: (value) => {
      if (start.cancelled()) return;
      if (start.done()) throw new InvalidStateError(twice);
      start.setResult(value);
    },
  };
}
