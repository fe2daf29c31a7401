/**
 * Callbacks: functions of this thread that other threads call.
 *
 * The function itself stays. What travels is its address, so a call from anywhere schedules it on
 * the loop of the thread that made it.
 */
import { CallbackReleasedError, InvalidArgumentError, show } from '../errors.js';
import { getEventLoop } from '../loop/current-loop.js';
import { markersInUse } from '../wire/special-values.js';
import { ConcurrentFuture } from './concurrent-future.js';
import type { AnyFunction, RemoteResult } from './remote-function.js';

/**
 * A function of some thread, as any thread holds it. Calls from one thread run in the order in
 * which they were made. Arguments and results travel as those of any call.
 */
export interface Callback<F extends AnyFunction = AnyFunction> extends Disposable {
  /** Runs the function on the loop of its thread, as a task; wait for it, or do not. */
  (...args: Parameters<F>): ConcurrentFuture<RemoteResult<F>>;
  /**
   * Lets go of it. In the thread that made it: for all, so that calls fail with
   * CallbackReleasedError from now on. Elsewhere: for that thread. Garbage collection does the
   * same where nobody does it.
   */
  release(): void;
}

/** Options of `callback`. */
export interface CallbackOptions {
  /**
   * Release it when the call has ended whose argument it is. Posted calls have no end that is
   * known here, and do not count. Default `false`.
   */
  readonly releaseAfterCall?: boolean;
}

/** Who keeps a callback for another thread. */
export interface CallbackKeeper {
  drop(callback: OwnCallback): void;
}

/** What a thread keeps of a callback that it made. */
export class OwnCallback {
  readonly fn: AnyFunction;
  readonly releaseAfterCall: boolean;
  /** Those who keep it for another thread. */
  readonly keepers: Set<CallbackKeeper> = new Set();
  /** What users hold. */
  readonly face: Callback;
  isReleased = false;

  constructor(fn: AnyFunction, { releaseAfterCall = false }: CallbackOptions) {
    this.fn = fn;
    this.releaseAfterCall = releaseAfterCall;
    this.face = makeFace(
      fn.name,
      (args) => runHere(this, args),
      () => this.release(),
    );
    own.set(this.face, this);
  }

  /** Calls the function, for whoever runs it as a task. */
  invoke(args: readonly unknown[]): unknown {
    if (this.isReleased) throw releasedError(this.fn.name);
    return (this.fn as (...rest: unknown[]) => unknown)(...args);
  }

  release(): void {
    this.isReleased = true;
    for (const keeper of this.keepers) keeper.drop(this);
  }
}

/** By the functions that users hold. */
const own = new WeakMap<object, OwnCallback>();

/** Callbacks of this thread that pass calls on to those of other threads, by the latter. */
const relays = new WeakMap<object, OwnCallback>();

/**
 * Lets a function of this thread be an argument of a call on another: there it is a function that
 * runs this one, here. It may be passed on to a third thread, which then reaches it through the
 * second. It is kept for the other thread until that lets go of it, by `release()` or by garbage
 * collection, or ends. It does not keep the process alive.
 *
 * @throws InvalidArgumentError when it is no function
 *
 * @example
 * using report = callback((percent: number) => bar.update(percent));
 * await loop.runCoroutineThreadsafe(tasks.convert, file, report);
 */
export function callback<F extends AnyFunction>(fn: F, options: CallbackOptions = {}): Callback<F> {
  if (typeof fn !== 'function') {
    throw new InvalidArgumentError(`callback() expects a function, got ${show(fn)}`);
  }
  markersInUse.callbacks = true;
  return new OwnCallback(fn, options).face;
}

/** What is behind a callback that this thread made. */
export function ownCallback(face: object): OwnCallback | undefined {
  return own.get(face);
}

/** A callback of this thread for one of any: itself, or one that passes calls on. */
export function lendable(face: Callback): OwnCallback {
  let callback = own.get(face) ?? relays.get(face);
  if (callback === undefined) {
    callback = new OwnCallback((...args: never[]) => face(...args), {});
    relays.set(face, callback);
  }
  return callback;
}

/** What the users of a thread hold: a function that can be called and released. */
export function makeFace(
  name: string,
  call: (args: unknown[]) => ConcurrentFuture<unknown>,
  release: () => void,
): Callback {
  const face = (...args: unknown[]): ConcurrentFuture<unknown> => call(args);
  Object.defineProperty(face, 'name', { value: name, configurable: true });
  return Object.assign(face, { release, [Symbol.dispose]: release });
}

/** The error of a call that comes too late. */
export function releasedError(name: string): CallbackReleasedError {
  const which = name === '' ? 'The callback' : `The callback ${name}()`;
  return new CallbackReleasedError(`${which} was released: it cannot be called any more`);
}

/** In its own thread, too, it is scheduled and never called at once. */
function runHere(core: OwnCallback, args: readonly unknown[]): ConcurrentFuture<unknown> {
  const future = new ConcurrentFuture<unknown>();
  const task = getEventLoop().createTask(() => core.invoke(args) as Promise<unknown>);
  task.addDoneCallback(() => {
    try {
      future.setResult(task.result());
    } catch (error) {
      future.setException(error);
    }
  });
  return future;
}
