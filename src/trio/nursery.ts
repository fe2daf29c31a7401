/**
 * Nurseries: the only place where tasks are started, left only when all of them have ended. After
 * Trio's.
 *
 * On the thread of the loop. The first error, of a task or of the body, cancels everything in the
 * nursery; all errors leave it as one group, so that none is lost and nothing goes on behind.
 *
 * | state  | moves to | by                                                                    |
 * |--------|----------|-----------------------------------------------------------------------|
 * | open   | closed   | the body has ended, no task is left, and no `start()` is under way    |
 * | closed | –        |                                                                       |
 */
import { InvalidStateError, isCancelled } from '../errors.js';
import { assertBody, callBody } from '../loop/body.js';
import type { Body } from '../loop/body.js';
import type { Context } from '../loop/context.js';
import type { Coroutine } from '../loop/coroutine.js';
import type {
  AnyFunction,
  FunctionReference,
  RemoteParameters,
} from '../loop/function-reference.js';
import { Operation } from '../loop/operation.js';
import type { Task } from '../loop/task.js';
import { assertAsyncFunction, callAsync } from './async-function.js';
import type { AsyncFunction } from './async-function.js';
import { CancelScope } from './cancel-scope.js';
import { CancelStatus } from './cancel-status.js';
import { groupOf } from './cancelled-parts.js';
import type { Raised } from './cancelled-parts.js';
import { ownTask, shielded } from './checkpoint.js';
import { assertFar, standIn } from './far-child.js';
import type { FarLoop, StartOnParameters, StartOnValue } from './far-child.js';
import { NurseryEnd } from './nursery-end.js';
import { TaskStatus } from './task-status.js';

/** For the layer itself: how a task is started. */
export interface ChildOptions {
  readonly name?: unknown;
  readonly context?: Context;
}

/** A task and the nursery that it belongs to, which may change once: see `Nursery.start`. */
interface Child {
  readonly task: Task<unknown>;
  nursery: Nursery;
}

/** A block that starts tasks and waits for them; made by `openNursery`. */
export class Nursery {
  /** Cancelled with the first error; cancel it to stop all tasks and the body. */
  readonly cancelScope: CancelScope = new CancelScope();
  /** The task that runs the body. */
  readonly parentTask: Task<unknown>;
  readonly #status: CancelStatus;
  readonly #children = new Set<Child>();
  readonly #errors: unknown[] = [];
  #pendingStartCount = 0;
  #hasBodyEnded = false;
  #isClosed = false;
  #end: NurseryEnd | null = null;

  /** For `openNursery`. */
  constructor(parentTask: Task<unknown>) {
    this.parentTask = parentTask;
    this.#status = this.cancelScope.enter(parentTask);
  }

  /** The tasks that have not ended. */
  get childTasks(): ReadonlySet<Task<unknown>> {
    return new Set([...this.#children].map(({ task }) => task));
  }

  /**
   * Starts a task that calls the function; it begins when the calling task waits. Also possible
   * while the block waits for its tasks, and from them.
   *
   * @throws InvalidStateError when the nursery is closed; InvalidArgumentError when `fn` is no
   *   function
   */
  startSoon<A extends unknown[]>(fn: AsyncFunction<A, unknown>, ...args: A): void {
    void this.spawn(fn, args);
  }

  /**
   * Starts a task, and waits until it calls `started(value)` on the last argument that it gets.
   * Until then the task belongs to the caller: what it throws comes out of here.
   *
   * @returns the value
   * @throws what the task throws before that; InvalidStateError when it ends before that, or when
   *   the nursery is closed
   */
  start<A extends unknown[], V>(
    fn: AsyncFunction<[...A, TaskStatus<V>], unknown>,
    ...args: A
  ): Operation<V> {
    assertAsyncFunction(fn, 'start()');
    return new Operation(() => this.#start(fn, args));
  }

  /**
   * Starts a child on another thread's loop: a coroutine, an async function or a plain one. It is
   * a child like any other: its error cancels the nursery, a cancel of the nursery reaches it by
   * level, and the block is left when its code has ended. Where its thread dies, that is its
   * error. The arguments are copied when its turn to begin has come. A child that is cancelled
   * before it has begun there does not begin.
   *
   * @param loop - bind `graceMs` to it, to have a thread ended whose child ignores its cancel
   * @throws InvalidStateError when the nursery is closed; InvalidArgumentError when `loop` is no
   *   remote loop, or `fn` no remote function
   *
   * @example
   * nursery.startSoonOn(getLoop('loop-1'), tasks.crawl, 'https://…');
   */
  startSoonOn<F extends AnyFunction>(
    loop: FarLoop,
    fn: FunctionReference<F>,
    ...args: RemoteParameters<F>
  ): void {
    assertFar(loop, fn, 'startSoonOn()');
    void this.spawn(standIn, [loop, fn, args, null], { name: fn.name });
  }

  /**
   * As `startSoonOn`, and waits until the child calls `started(value)` on the last argument that
   * it gets; see `start`.
   *
   * @throws as `start` and `startSoonOn`
   */
  startOn<F extends AnyFunction>(
    loop: FarLoop,
    fn: FunctionReference<F>,
    ...args: StartOnParameters<F>
  ): Operation<StartOnValue<F>> {
    assertFar(loop, fn, 'startOn()');
    const work = (status: TaskStatus<StartOnValue<F>>): Coroutine<void> =>
      standIn(loop, fn, args, status);
    return this.start(work);
  }

  /** For the layer itself: as `startSoon`, with options. */
  spawn<A extends unknown[]>(
    fn: AsyncFunction<A, unknown>,
    args: A,
    options: ChildOptions = {},
  ): Task<unknown> {
    assertAsyncFunction(fn, 'startSoon()');
    this.#refuseClosed();
    const name = options.name ?? (fn.name || undefined);
    const loop = this.parentTask.getLoop();
    const task = loop.createTask(callAsync(fn, args), {
      ...(name === undefined ? {} : { name }),
      ...(options.context === undefined ? {} : { context: options.context }),
    });
    const child: Child = { task, nursery: this };
    this.#children.add(child);
    CancelStatus.move(task, this.#status);
    task.addDoneCallback(() => child.nursery.#onChildDone(child));
    return task;
  }

  /** For `TaskStatus`: hands all tasks over, with the scopes that they stand in. */
  moveTasks(target: Nursery): void {
    // It will end by itself, and its cancel belongs to where it began.
    if (this.#status.cancelMessage() !== null) return;
    for (const child of this.#children) {
      child.nursery = target;
      target.#children.add(child);
    }
    this.#children.clear();
    this.#status.moveContents(target.#status, this.parentTask);
    this.#checkEnd();
  }

  /** For `openNursery`: the whole block, in the calling task. */
  *run<T>(body: Body<this, T>): Coroutine<T | undefined> {
    let value: T | undefined;
    try {
      value = yield* callBody(body, this);
    } catch (error) {
      this.#fail(error);
    }
    this.#hasBodyEnded = true;
    while (!this.#canClose) yield* shielded(() => this.#waitForEnd());
    this.#isClosed = true;
    const left = this.cancelScope.leave(groupOf(this.#errors));
    if (left !== null) throw left.error;
    return value;
  }

  toString(): string {
    return `<Nursery ${this.#isClosed ? 'closed' : 'open'} tasks=${this.#children.size}>`;
  }

  *#start<A extends unknown[], V>(
    fn: AsyncFunction<[...A, TaskStatus<V>], unknown>,
    args: A,
  ): Coroutine<V> {
    this.#refuseClosed();
    this.#pendingStartCount += 1;
    try {
      const first = new Nursery(ownTask());
      const status = new TaskStatus<V>(() => first.moveTasks(this));
      const raised = yield* first.#outcome(() => void first.spawn(fn, [...args, status]));
      if (raised !== null) throw unwrap(raised.error);
      return status.take();
    } finally {
      this.#pendingStartCount -= 1;
      this.#checkEnd();
    }
  }

  *#outcome(begin: () => void): Coroutine<Raised> {
    try {
      yield* this.run(begin);
      return null;
    } catch (error) {
      return { error };
    }
  }

  *#waitForEnd(): Coroutine<void> {
    this.#end = new NurseryEnd(this.parentTask, this.#children);
    try {
      yield* this.#end;
    } catch (error) {
      // Only asyncio's kind of cancel gets here: the tasks are to end, and it goes on from there.
      if (!isCancelled(error)) throw error;
      this.#fail(error);
    } finally {
      this.#end = null;
    }
  }

  get #canClose(): boolean {
    return this.#hasBodyEnded && this.#children.size === 0 && this.#pendingStartCount === 0;
  }

  #checkEnd(): void {
    if (this.#canClose && this.#end?.done() === false) this.#end.setResult();
  }

  #onChildDone(child: Child): void {
    const { task } = child;
    this.#children.delete(child);
    CancelStatus.move(task, null);
    const failure = failureOf(task);
    // A task that somebody cancelled by `task.cancel()` has just ended, as in a task group.
    const isOwnAffair = task.cancelled() && this.#status.cancelMessage() === null;
    if (failure !== null && !isOwnAffair) this.#fail(failure.error);
    this.#checkEnd();
  }

  #fail(error: unknown): void {
    this.#errors.push(error);
    this.cancelScope.cancelFrom('nursery');
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new InvalidStateError('Nursery is closed to new arrivals');
  }
}

function failureOf(task: Task<unknown>): Raised {
  try {
    task.result();
    return null;
  } catch (error) {
    return { error };
  }
}

/** `start()` has one task: its error needs no group around it. */
function unwrap(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length === 1 ? error.errors[0] : error;
}

/**
 * Runs a body in the calling task with a nursery, and waits for all tasks that are started in it.
 *
 * @returns the body's value; `undefined` when `cancelScope` was cancelled
 * @throws ExceptionGroup with the errors of tasks and body, even for a single one; CancelledError
 *   when the block is cancelled from outside; InvalidArgumentError when `body` is no function
 *
 * @example
 * await openNursery(async (nursery) => {
 *   nursery.startSoon(fetchPage, 'https://…');
 *   nursery.startSoon(fetchPage, 'https://…');
 * });
 */
export function openNursery<T>(body: Body<Nursery, T>): Operation<T | undefined> {
  assertBody(body, 'openNursery()');
  return new Operation(() => new Nursery(ownTask()).run(body));
}
