/**
 * A nursery's child that runs on another thread's loop, and the task that stands for it here.
 *
 * **No code of a child runs after the block of its nursery was left.** The proof, in three steps:
 *
 * 1. The nursery waits for its tasks, and a far child has one among them: the *stand-in* below. So
 *    it remains to show that a stand-in outlives the code of its child.
 * 2. A stand-in ends in one way only: behind `whenEnded`. A cancel, of either kind, is passed on to
 *    the child and never ends the wait, which goes on behind a shield; so it does not matter how
 *    many cancels come, or when.
 * 3. `whenEnded` tells the end of the code, in whichever order the messages cross:
 *    - *The cancel comes before the start.* One word of shared memory decides which was first
 *      (`call-words.ts`). Withdrawn, the code never starts, so it has ended; nobody is asked, and
 *      the far thread may be stuck.
 *    - *The cancel comes while it runs.* The call stays on the books: only its answer, or the death
 *      of its thread, takes it off. The far side answers when a nursery of its own is left
 *      (`nursery-child.ts`), so the answer is behind all code that was started in there.
 *    - *The answer is on its way, or the child has ended:* the code has ended; the cancel finds
 *      nothing.
 *    - *The far thread dies,* cancelled or not: a port closes, or an exit is told, after the last
 *      line of a thread has run. Where the child ignores its cancel, a `graceMs` brings that about.
 *    - *It is begun once more* (`retries`): the call is on the books of the next thread before it
 *      is off those of the dead one for good. A cancel forbids it.
 *    - *The thread of the nursery dies:* no block is left. The far side sees the link close, and
 *      cancels the child: nobody is left to wait for it, so that is all that can be done.
 *
 * What it rests on: that tasks which the child starts outside of nurseries are its own affair, as
 * everywhere, and that no batch of messages is lost, which ends calls by an error without an end of
 * their code (it takes a value that one thread can send and the other cannot read).
 */
import { InvalidArgumentError, isCancelled, show } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import type { AnyFunction, FunctionReference } from '../loop/function-reference.js';
import { shielded } from './checkpoint.js';
import type { TaskStatus } from './task-status.js';

/** The code that runs elsewhere. */
export interface FarChild {
  /** Calls back when no code of it runs or will run any more; at once when that is so already. */
  whenEnded(callback: () => void): void;
  /** Asks it to end; may be called at any time, and again. */
  cancel(message: string): void;
  /** To be called when it has ended. Throws what it threw. */
  result(): unknown;
}

/** A loop of another thread, as far as a nursery knows of it: see `RemoteLoop`. */
export interface FarLoop {
  /**
   * Runs a function there as a child of a nursery of this thread.
   *
   * @param onStarted - takes the value of `taskStatus.started()`, which the function gets as its
   *   last argument then
   * @throws when nobody can take it
   */
  startChild(
    fn: FunctionReference,
    args: readonly unknown[],
    onStarted: ((value: unknown) => void) | null,
  ): FarChild;
}

/** How a function says that it has started, by whichever of our types. */
type Starter<V> = TaskStatus<V> | { started(value: V): void };

/** What a caller of `startOn()` passes: the status is supplied on the other side. */
export type StartOnParameters<F extends AnyFunction> =
  Parameters<F> extends [...infer Rest, Starter<infer _Value>] ? Rest : never;

/** What `startOn()` gives. */
export type StartOnValue<F extends AnyFunction> =
  Parameters<F> extends [...unknown[], TaskStatus<infer Value>]
    ? Value
    : Parameters<F> extends [...unknown[], { started(value: infer Value): void }]
      ? Value
      : never;

/** @throws InvalidArgumentError when it is no loop of another thread, or no address */
export function assertFar(loop: unknown, fn: unknown, method: string): void {
  if (typeof (loop as Partial<FarLoop> | null)?.startChild !== 'function') {
    throw new InvalidArgumentError(
      `${method} expects a remote loop, such as getLoop('loop-1'), got ${show(loop)}`,
    );
  }
  const { url, name } = (fn ?? {}) as Partial<FunctionReference>;
  if (typeof fn === 'object' && typeof url === 'string' && typeof name === 'string') return;
  throw new InvalidArgumentError(
    `${method} expects a remote function, got ${show(fn, -1)}: functions do not travel between ` +
      'threads, export it from a module and take it from remoteModule(url)',
  );
}

/** The stand-in: a task's work. It ends when the child has. */
export function* standIn(
  loop: FarLoop,
  fn: FunctionReference,
  args: readonly unknown[],
  status: TaskStatus<unknown> | null,
): Coroutine<void> {
  const onStarted = status === null ? null : (value: unknown): void => status.started(value);
  const child = loop.startChild(fn, args, onStarted);
  const cancel = yield* outlive(child);
  try {
    child.result();
  } catch (error) {
    // Its own errors count, also those of its clean-up. A cancel that came from elsewhere, such as
    // a shutdown over there, has just ended it, as one of `task.cancel()` does.
    if (!isCancelled(error)) throw error;
  }
  if (cancel !== null) throw cancel.error;
}

/** Waits until the child has ended; gives the cancel that came meanwhile. */
function* outlive(child: FarChild): Coroutine<{ readonly error: unknown } | null> {
  let cancel: { readonly error: unknown } | null = null;
  let hasEnded = false;
  child.whenEnded(() => (hasEnded = true));
  while (!hasEnded) {
    try {
      if (cancel === null) yield* untilEnded(child);
      else yield* shielded(() => untilEnded(child));
    } catch (error) {
      if (!isCancelled(error)) throw error;
      cancel ??= { error };
      child.cancel(error.message);
    }
  }
  return cancel;
}

/** A future of its own for each wait: a cancel of the wait cancels it, and it only. */
function* untilEnded(child: FarChild): Coroutine<void> {
  const end = getRunningLoop().createFuture<void>();
  child.whenEnded(() => {
    if (!end.done()) end.setResult();
  });
  yield* end;
}
