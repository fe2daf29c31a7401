/**
 * The whole family of errors, in one table.
 *
 * Every error that threadloop raises extends `ThreadloopError` and carries a stable `code`; there
 * is one class for each thing that the caller can do next. Message texts are asyncio's where
 * asyncio has one. `errorClasses` brings an error back as its class after it crossed a thread.
 */
import { LoopDiedError, LoopLeftError, ThreadDiedError } from './errors/deaths.js';
import * as modules from './errors/modules.js';
import { show } from './errors/show.js';
import { ThreadloopError } from './errors/threadloop-error.js';
import * as trio from './errors/trio.js';
import { CallbackReleasedError, UnregisteredClassError } from './errors/values.js';

export { LoopDiedError, LoopLeftError, ThreadDiedError } from './errors/deaths.js';
export type { LoopDeath, ThreadDeath } from './errors/deaths.js';
export * from './errors/modules.js';
export { show, showError } from './errors/show.js';
export { ThreadloopError } from './errors/threadloop-error.js';
export * from './errors/trio.js';
export { CallbackReleasedError, UnregisteredClassError } from './errors/values.js';

/** No loop is set for this thread: create one with `newEventLoop()` and `setEventLoop()` it. */
export class NoCurrentLoopError extends ThreadloopError {
  override readonly code = 'ERR_NO_CURRENT_LOOP';
}

/** The call needs a running loop: start from `run(main)` or `loop.runUntilComplete(main)`. */
export class NoRunningLoopError extends ThreadloopError {
  override readonly code = 'ERR_NO_RUNNING_LOOP';
}

/** The loop has been closed, for good: use a new one. */
export class LoopClosedError extends ThreadloopError {
  override readonly code = 'ERR_LOOP_CLOSED';
}

/** The call is not possible while this loop, or another one of this thread, is running. */
export class LoopRunningError extends ThreadloopError {
  override readonly code = 'ERR_LOOP_RUNNING';
}

/** `stop()` ended the run before the awaited work was done; the work is resumable. */
export class LoopStoppedError extends ThreadloopError {
  override readonly code = 'ERR_LOOP_STOPPED';
}

/** A future, task or primitive of one loop was used from another: hand over a call instead. */
export class DifferentLoopError extends ThreadloopError {
  override readonly code = 'ERR_DIFFERENT_LOOP';
}

/** The operation is not allowed in the state that the object is in. */
export class InvalidStateError extends ThreadloopError {
  override readonly code = 'ERR_INVALID_STATE';
}

/** An argument or option has the wrong type or is out of range: the message says what is right. */
export class InvalidArgumentError extends ThreadloopError {
  override readonly code = 'ERR_INVALID_ARGUMENT';
}

/** A task waited for something that cannot be waited for. */
export class InvalidAwaitError extends ThreadloopError {
  override readonly code = 'ERR_INVALID_AWAIT';
}

/** The work was cancelled. Let it pass, or clean up and throw it again. */
export class CancelledError extends ThreadloopError {
  override readonly code = 'ERR_CANCELLED';
}

/** The time allowed for the work has passed. */
export class TimeoutError extends ThreadloopError {
  override readonly code = 'ERR_TIMEOUT';
}

/** A value cannot be copied to another thread; the message holds the path of the offending part. */
export class NotCloneableError extends ThreadloopError {
  override readonly code = 'ERR_NOT_CLONEABLE';
}

/** Nothing is ready, no timer waits, and nobody could wake the loop: it would wait for ever. */
export class DeadlockError extends ThreadloopError {
  override readonly code = 'ERR_DEADLOCK';
}

/** Ctrl-C came while `run()` was at work: the main task was cancelled, and ended so. */
export class KeyboardInterruptError extends ThreadloopError {
  override readonly code = 'ERR_KEYBOARD_INTERRUPT';
}

/** Several errors at once: those of the tasks of a group, in the order in which they came. */
export class ExceptionGroup extends AggregateError {
  /** As on every error of threadloop. */
  readonly code = 'ERR_EXCEPTION_GROUP';
  declare readonly errors: unknown[];

  constructor(message: string, errors: Iterable<unknown>) {
    super(errors, message);
  }
}

/** The queue holds no item: wait for one with `get()`. */
export class QueueEmptyError extends ThreadloopError {
  override readonly code = 'ERR_QUEUE_EMPTY';
}

/** The queue has no room: wait for some with `put()`, or send less. */
export class QueueFullError extends ThreadloopError {
  override readonly code = 'ERR_QUEUE_FULL';
}

/** The queue was shut down: it takes no more items, and the last one has been taken. */
export class QueueShutDownError extends ThreadloopError {
  override readonly code = 'ERR_QUEUE_SHUT_DOWN';
}

/** The barrier was aborted, or reset while the task waited: the others will not come. */
export class BrokenBarrierError extends ThreadloopError {
  override readonly code = 'ERR_BROKEN_BARRIER';
}

/**
 * The thread that held a shared lock has died: what the lock guards may be half changed. Mend it in
 * `lock.repair(body)`, which one thread does while the others wait, and try again.
 */
export class BrokenLockError extends ThreadloopError {
  override readonly code = 'ERR_BROKEN_LOCK';
}

/** The channel was closed: it takes no more values, and the last one has been received. */
export class ChannelClosedError extends ThreadloopError {
  override readonly code = 'ERR_CHANNEL_CLOSED';
}

/** Tasks wait for each other in a ring: none of them goes on, and no tree can be drawn of them. */
export class AwaitCycleError extends ThreadloopError {
  override readonly code = 'ERR_AWAIT_CYCLE';
  /** The ids of the tasks of each ring; the first one stands at the end again. */
  readonly cycles: readonly (readonly number[])[];

  constructor(message: string, options: ErrorOptions & Partial<{ cycles: number[][] }> = {}) {
    super(message, options);
    this.cycles = options.cycles ?? [];
  }
}

/** No loop of that name can be reached from this thread; the message lists those that can. */
export class LoopNotFoundError extends ThreadloopError {
  override readonly code = 'ERR_LOOP_NOT_FOUND';
}

/** No object is exposed under that name, or the proxy does not reach so far into it. */
export class NotExposedError extends ThreadloopError {
  override readonly code = 'ERR_NOT_EXPOSED';
}

/** One side has let go of the proxy: ask the loop for a new one. */
export class ProxyReleasedError extends ThreadloopError {
  override readonly code = 'ERR_PROXY_RELEASED';
}

/** The coordinator has been shut down, or is shutting down: it takes no more work. */
export class CoordinatorClosedError extends ThreadloopError {
  override readonly code = 'ERR_COORDINATOR_CLOSED';
}

/**
 * Whether an error means "cancelled", also when it was made by another copy of this package.
 *
 * @example
 * catch (error) { if (!isCancelled(error)) report(error); throw error; }
 */
export function isCancelled(error: unknown): error is CancelledError {
  return error instanceof Error && (error as { code?: unknown }).code === 'ERR_CANCELLED';
}

/** Any class of errors, whatever its constructor takes. */
export type ErrorClass = abstract new (...args: never) => Error;

const builtIn: readonly ErrorClass[] = [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
];

const ours = [
  ThreadloopError,
  NoCurrentLoopError,
  NoRunningLoopError,
  LoopClosedError,
  LoopRunningError,
  LoopStoppedError,
  DifferentLoopError,
  InvalidStateError,
  InvalidArgumentError,
  InvalidAwaitError,
  CancelledError,
  TimeoutError,
  NotCloneableError,
  DeadlockError,
  KeyboardInterruptError,
  ExceptionGroup,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  BrokenBarrierError,
  BrokenLockError,
  ChannelClosedError,
  AwaitCycleError,
  LoopDiedError,
  ThreadDiedError,
  LoopLeftError,
  LoopNotFoundError,
  NotExposedError,
  ProxyReleasedError,
  CoordinatorClosedError,
  UnregisteredClassError,
  CallbackReleasedError,
  ...Object.values(modules),
  ...Object.values(trio),
] as const;

// The name stands on the prototype, so that a stack begins with it and no instance pays for it.
for (const { name, prototype } of ours) {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true });
}

/** How many classes are known before anybody registers one. */
const firstCount = builtIn.length + ours.length;

/** Whether `registerError` was called in this thread. */
export function hasRegisteredErrors(): boolean {
  return errorClasses.size > firstCount;
}

/** Whether errors of the class keep it because `registerError` was called for it. */
export function isRegisteredError(errorClass: ErrorClass): boolean {
  const known = errorClasses.get(errorClass.name) === errorClass;
  return known && ![...builtIn, ...ours].includes(errorClass);
}

/** Classes that come back as themselves from another thread, by name. */
export const errorClasses: Map<string, ErrorClass> = new Map(
  [...builtIn, ...ours].map((errorClass) => [errorClass.name, errorClass]),
);

/**
 * Lets errors of a class keep that class when they cross threads. Call it in the module that
 * defines the class: every thread that loads the module then knows it. An error of a class that
 * was not registered arrives as its nearest known ancestor, with name and properties kept.
 *
 * The class must have a name of its own: it is found by name on the other side. The constructor
 * is not run there; own properties are copied instead.
 *
 * @throws InvalidArgumentError when it is no class of errors, or another class has that name
 */
export function registerError(errorClass: ErrorClass): void {
  if (typeof errorClass !== 'function' || !(errorClass.prototype instanceof Error)) {
    throw new InvalidArgumentError(
      `registerError() expects a class that extends Error, got ${show(errorClass)}`,
    );
  }
  const { name } = errorClass;
  const known = errorClasses.get(name);
  // A module that was loaded twice brings the same class again: the newer one counts.
  const isOther = known !== undefined && String(known) !== String(errorClass);
  if (name === '' || isOther) {
    throw new InvalidArgumentError(
      name === ''
        ? 'registerError() finds classes by name, and this class has none'
        : `registerError() finds classes by name, and another class is named '${name}'`,
    );
  }
  errorClasses.set(name, errorClass);
}
