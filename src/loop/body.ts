/**
 * Bodies of blocks, for all that runs user code inside the calling task.
 *
 * A body is the code that a block runs in the calling task, be it a generator function or an async
 * function, in a task of either kind.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { isCoroutine, isOwnWait, isPromiseLike } from './coroutine.js';
import type { Coroutine } from './coroutine.js';
import { getRunningLoop } from './current-loop.js';
import { currentTask } from './current-task.js';
import { Future } from './future.js';
import { registry } from './registry.js';
import type { Task } from './task.js';

/** A generator function or an async function that gets the block's object. */
export type Body<A, T> = (subject: A) => Coroutine<T> | PromiseLike<T> | T;

/**
 * To be called when the body is given, not when it runs: an error there would be the body's.
 *
 * @throws InvalidArgumentError when it is no function
 */
export function assertBody(body: unknown, method: string): void {
  if (typeof body === 'function') return;
  const isCalled = isCoroutine(body) || isPromiseLike(body);
  const hint = isCalled ? ': give the function, and do not call it' : '';
  const expected = 'a generator function or an async function';
  throw new InvalidArgumentError(`${method} expects ${expected}, got ${show(body, -1)}${hint}`);
}

/** Runs a body to its end. What it waits for is a wait of the calling task. */
export function* callBody<A, T>(body: Body<A, T>, subject: A): Coroutine<T> {
  const task = currentTask();
  const returned = callInTask(task, body, subject);
  if (isCoroutine(returned)) return yield* returned;
  // A wait of ours is the calling task's own; on a blocking loop, too.
  if (isOwnWait(returned)) return yield* returned as Coroutine<T>;
  if (isPromiseLike(returned)) getRunningLoop().refusePromise?.('An async body');
  if (isPromiseLike(returned)) return yield* new BodyFuture(returned, task);
  return returned;
}

/** An async function finds its task in the async context, where a coroutine's task is not. */
function callInTask<A, T>(
  task: Task<unknown> | null,
  body: Body<A, T>,
  subject: A,
): ReturnType<Body<A, T>> {
  if (task === null || registry.asyncTask.getStore()?.task === task) return body(subject);
  return registry.asyncTask.run(task, () => body(subject));
}

/**
 * The end of an async body. It cannot be cancelled itself: what the body waits for can, and the
 * body's end then tells how it took that.
 */
export class BodyFuture<T> extends Future<T> {
  /** Settles with the body, and never fails: the future holds the error. */
  readonly outcome: Promise<void>;
  readonly #task: Task<unknown> | null;

  constructor(promise: PromiseLike<T>, task: Task<unknown> | null) {
    super({ loop: getRunningLoop() });
    this.#task = task;
    this.outcome = this.#follow(promise);
  }

  override cancel(message?: string): boolean {
    return this.#task?.cancelGuarded(message) ?? false;
  }

  async #follow(promise: PromiseLike<T>): Promise<void> {
    try {
      this.setResult(await promise);
    } catch (error) {
      this.setException(error);
    }
  }
}
