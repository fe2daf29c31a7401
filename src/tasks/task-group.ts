/**
 * Tasks that end together: the block is left only when all of them have ended. After
 * `asyncio.TaskGroup`, with the `cancel()` of Python 3.15.
 *
 * | state    | what it means                                          | next     |
 * |----------|--------------------------------------------------------|----------|
 * | created  | not entered                                            | entered  |
 * | entered  | the body runs, tasks may be created                    | exiting  |
 * | exiting  | the body has ended, tasks have not; more may be created | finished |
 * | finished | all is over                                            | –        |
 *
 * Apart from the state a group can be aborting: an error, a cancel of the parent or `cancel()` has
 * cancelled all that is left. The parent is then interrupted once, and that request is taken back
 * on the way out, so that its count is what it was.
 */
import { ExceptionGroup, InvalidStateError, isCancelled } from '../errors.js';
import { assertBody, callBody } from '../loop/body.js';
import type { Body } from '../loop/body.js';
import { isCoroutine } from '../loop/coroutine.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { currentTask } from '../loop/current-task.js';
import { Future } from '../loop/future.js';
import { Operation } from '../loop/operation.js';
import { printsAsText } from '../loop/prints-as-text.js';
import type { TaskOptions } from '../loop/task-options.js';
import type { TaskFunction } from '../loop/task-work.js';
import type { Task } from '../loop/task.js';
import { failureOf } from './failure.js';

type State = 'created' | 'entered' | 'exiting' | 'finished';

/** A group of tasks; see `taskGroup()` for the short form. Used once. */
export class TaskGroup {
  static {
    printsAsText(this);
  }

  #state: State = 'created';
  #isAborting = false;
  #isParentInterrupted = false;
  #parent: Task<unknown> | null = null;
  #abort: AbortController | null = null;
  readonly #tasks = new Set<Task<unknown>>();
  readonly #errors: unknown[] = [];
  #completed: GroupFuture | null = null;

  /** Fires when the group is aborted: for `fetch` and other APIs of Node in the body. */
  get signal(): AbortSignal {
    if (this.#parent === null) throw new InvalidStateError(`${this.#name} has not been entered`);
    this.#abort ??= this.#parent.signals.open();
    return this.#abort.signal;
  }

  /**
   * Starts a task of the group. Also possible while the block waits for its tasks, and from them.
   *
   * @throws InvalidStateError before the block is entered, once it is over, and when it aborts
   */
  createTask<T>(work: Coroutine<T> | TaskFunction<T>, options?: TaskOptions): Task<T> {
    const refusal = this.#refusal();
    if (refusal !== null) {
      if (isCoroutine(work)) work.return(undefined as never);
      throw new InvalidStateError(`${this.#name} ${refusal}`);
    }
    const parent = this.#parent as Task<unknown>;
    const task = parent.getLoop().createTask(work, options);
    this.#tasks.add(task);
    task.addDoneCallback(() => this.#onTaskDone(task));
    // An eager task may have aborted the group in its first step.
    if (this.#isAborting) task.cancel();
    return task;
  }

  /**
   * Cancels the tasks and the body; the block is then left without an error. Before it is entered:
   * it is left as soon as it is. Calling it again, or after the end, does nothing.
   */
  cancel(): void {
    if (this.#state === 'finished' || this.#isAborting) return;
    this.#abortTasks();
    this.#interruptParent();
  }

  /**
   * Runs the body in the calling task, once; gives its value when all tasks have ended.
   *
   * @returns the body's value; `undefined` when `cancel()` interrupted it
   * @throws ExceptionGroup with the errors of tasks and body; CancelledError when the task was
   *   cancelled from outside and there are no errors; InvalidStateError the second time, or outside
   *   a task; InvalidArgumentError when `body` is no function
   */
  run<T>(body: Body<this, T>): Operation<T> {
    assertBody(body, 'TaskGroup.run()');
    return new Operation(() => this.#run(body));
  }

  toString(): string {
    const parts = [
      this.#tasks.size > 0 ? ` tasks=${this.#tasks.size}` : '',
      this.#errors.length > 0 ? ` errors=${this.#errors.length}` : '',
    ];
    if (this.#isAborting) parts.push(' cancelling');
    else if (this.#state !== 'created') parts.push(' entered');
    return `<TaskGroup${parts.join('')}>`;
  }

  get #name(): string {
    return `TaskGroup ${this.toString()}`;
  }

  #refusal(): string | null {
    if (this.#state === 'created') return 'has not been entered';
    if (this.#state === 'finished') return 'is finished';
    if (this.#state === 'exiting' && this.#tasks.size === 0) return 'is finished';
    return this.#isAborting ? 'is shutting down' : null;
  }

  *#run<T>(body: Body<this, T>): Coroutine<T> {
    this.#enter();
    let value: T | undefined;
    let raised: { readonly error: unknown } | null = null;
    try {
      if (this.#isAborting) this.#interruptParent();
      value = yield* callBody(body, this);
    } catch (error) {
      raised = { error };
    }
    yield* this.#exit(raised);
    return value as T;
  }

  #enter(): void {
    if (this.#state !== 'created') {
      throw new InvalidStateError(`${this.#name} has already been entered`);
    }
    getRunningLoop();
    this.#parent = currentTask();
    if (this.#parent === null) {
      throw new InvalidStateError(`${this.#name} cannot determine the parent task`);
    }
    this.#state = 'entered';
  }

  *#exit(raised: { readonly error: unknown } | null): Coroutine<void> {
    this.#state = 'exiting';
    const parent = this.#parent as Task<unknown>;
    let cancellation = raised !== null && isCancelled(raised.error) ? raised.error : null;
    // Our own request, if there was one, ends here; what is left came from outside.
    if (this.#isParentInterrupted && parent.uncancel() === 0) cancellation = null;
    if (raised !== null && !this.#isAborting) this.#abortTasks();
    while (this.#tasks.size > 0) {
      this.#completed = new GroupFuture(this.#tasks);
      try {
        yield* this.#completed;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        cancellation ??= error;
        // A task is cancelled once, so that it can clean up.
        if (!this.#isAborting) this.#abortTasks();
      }
    }
    this.#state = 'finished';
    if (this.#abort !== null) parent.signals.close(this.#abort);
    if (raised !== null && !isCancelled(raised.error)) this.#errors.push(raised.error);
    if (cancellation !== null && this.#errors.length === 0) throw cancellation;
    if (this.#errors.length === 0) return;
    // A cancel from outside is still owed: it is raised at the next wait.
    if (parent.cancelling() > 0) {
      parent.uncancel();
      parent.cancel();
    }
    throw new ExceptionGroup('unhandled errors in a TaskGroup', this.#errors);
  }

  #onTaskDone(task: Task<unknown>): void {
    this.#tasks.delete(task);
    if (this.#tasks.size === 0) this.#completed?.complete();
    const failure = task.cancelled() ? null : failureOf(task);
    if (failure === null) return;
    this.#errors.push(failure.reason);
    if (this.#isAborting) return;
    this.#abortTasks();
    this.#interruptParent();
  }

  #abortTasks(): void {
    this.#isAborting = true;
    for (const task of this.#tasks) task.cancel();
  }

  #interruptParent(): void {
    const parent = this.#parent;
    // Once the body has ended, the wait for the tasks comes to its end by itself.
    if (parent === null || this.#state !== 'entered' || this.#isParentInterrupted) return;
    this.#isParentInterrupted = true;
    parent.interrupt();
    const reason = new InvalidStateError('The task group was aborted');
    if (this.#abort !== null) parent.signals.abortFrom(this.#abort, reason);
  }
}

/** The end of all tasks of a group. */
class GroupFuture extends Future<undefined> {
  readonly #tasks: ReadonlySet<Task<unknown>>;

  constructor(tasks: ReadonlySet<Task<unknown>>) {
    super({ loop: getRunningLoop() });
    this.#tasks = tasks;
  }

  override awaits(): readonly Future<unknown>[] {
    return [...this.#tasks];
  }

  complete(): void {
    if (!this.done()) this.setResult(undefined);
  }
}

/**
 * Runs a body in the calling task with a group whose tasks all end before it does.
 *
 * @example
 * await taskGroup(async (group) => {
 *   group.createTask(fetchOne());
 *   group.createTask(fetchOther());
 * });
 */
export function taskGroup<T>(body: Body<TaskGroup, T>): Operation<T> {
  return new TaskGroup().run(body);
}
