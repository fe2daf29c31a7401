/**
 * What others see of a task: its name, its coroutine, and where its code stands.
 * The base of `Task`, which does the work.
 */
import { inspect } from 'node:util';
import { InvalidStateError } from '../errors.js';
import { isCoroutine } from './coroutine.js';
import type { Coroutine } from './coroutine.js';
import type { EventLoop } from './event-loop.js';
import { Future } from './future.js';
import { writeRecord } from './last-resort.js';
import { registry } from './registry.js';
import type { StackFrame } from './stack-frame.js';
import type { TaskOwner } from './task-owner.js';
import { formatFailure, formatStack, framesOf, limitFrames } from './task-stack.js';
import type { Standing } from './task-stack.js';
import { textOfName } from './task-work.js';
import type { Task } from './task.js';
import type { TickWait } from './tick-wait.js';

/** Options of `getStack`. */
export interface StackOptions {
  /** At most so many frames; `null` for all. Default `null`. */
  readonly limit?: number | null;
}

/** Options of `printStack`. */
export interface PrintStackOptions extends StackOptions {
  /** Takes the text, in one call, without a newline at its end. Default: to standard error. */
  readonly write?: (text: string) => unknown;
}

/** The face of a task; not to be extended outside. */
export abstract class VisibleTask<T> extends Future<T> implements TaskOwner {
  /** For `TickWait`: the wait for one tick on which its coroutine stands, or stood. */
  tickWait: TickWait<unknown> | null = null;
  /** For the books of the loop: the task's number in this thread, and its place in the books. */
  readonly number: number;
  bookIndex = -1;
  #name: string | null;

  constructor(loop: EventLoop, name: unknown) {
    super({ loop });
    registry.taskCount += 1;
    this.number = registry.taskCount;
    this.#name = name === undefined ? null : textOfName(name);
  }

  /** Itself: see `TaskOwner`. */
  get task(): Task<unknown> {
    return this as unknown as Task<unknown>;
  }

  getName(): string {
    return this.#name ?? `Task-${this.number}`;
  }

  setName(name: unknown): void {
    this.#name = textOfName(name);
  }

  override setResult(_value: T): never {
    throw new InvalidStateError('Task does not support set_result operation');
  }

  override setException(_error: unknown): never {
    throw new InvalidStateError('Task does not support set_exception operation');
  }

  /** The coroutine that it runs; `null` for an async function, and once it is done. */
  getCoro(): Coroutine<T> | null {
    const { work } = this.standing();
    return isCoroutine(work) ? (work as Coroutine<T>) : null;
  }

  /**
   * Where its code stands, oldest frame first: of a coroutine that waits every `yield*`, of the
   * task that runs now the stack of this call, of a failed task where its error was made. Empty
   * when it has not begun, and when it has ended in another way. An async function is one frame
   * without a position, since JavaScript does not tell where an `await` stands.
   *
   * A `limit` keeps the newest frames; of a failed task the oldest. Runs no code of the coroutine,
   * unless that drives another coroutine by hand.
   *
   * @throws InvalidArgumentError when `limit` is no whole number
   */
  getStack({ limit = null }: StackOptions = {}): StackFrame[] {
    const oldestFirst = framesOf(this, this.standing()).toReversed();
    return limitFrames(oldestFirst, limit, this.done() ? 'oldest' : 'newest');
  }

  /** Prints what `getStack` tells, and the error of a failed task. */
  printStack({ limit = null, write = writeRecord }: PrintStackOptions = {}): void {
    const { failure } = this.standing();
    const lines = [formatStack(this, this.getStack({ limit }))];
    if (failure !== null) lines.push(formatFailure(failure.reason));
    write(lines.join('\n'));
  }

  protected override describe(): string {
    const { work, waitingFor } = this.standing();
    const outcome = this.cancelled() ? 'cancelled' : 'finished';
    const state = this.cancelling() > 0 ? 'cancelling' : 'pending';
    const parts = [this.done() ? outcome : state, `name=${inspect(this.getName())}`];
    if (typeof work === 'function') parts.push(`coro=<${work.name || 'anonymous'}()>`);
    if (waitingFor !== null) parts.push(`wait_for=${waitingFor.toString()}`);
    if (this.done() && !this.cancelled()) parts.push(this.describeOutcome());
    return [...parts, ...this.describeCallbacks()].join(' ');
  }

  /** How many requests to cancel are outstanding. */
  abstract cancelling(): number;

  /** What is needed to tell its stack. */
  protected abstract standing(): Standing;
}
