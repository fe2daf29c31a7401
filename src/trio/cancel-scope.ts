/**
 * Scopes: a block of code, and all tasks started in it, that are cancelled together. After Trio's.
 *
 * On the thread of the loop, in any task of any loop. Once a scope is cancelled every wait inside
 * it ends with `CancelledError`, until the code has left it; the scope then catches the error.
 *
 * | state   | moves to | by                     |
 * |---------|----------|------------------------|
 * | created | entered  | `run()`                |
 * | entered | left     | the end of the body    |
 * | left    | –        |                        |
 *
 * Apart from the state a scope is cancelled or not; it never goes back from being cancelled. It is
 * from the moment on that its deadline has passed, whoever notices: a timer only wakes sleepers.
 */
import { CancelledError, InvalidArgumentError, InvalidStateError, show } from '../errors.js';
import { assertBody, callBody } from '../loop/body.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import type { Handle } from '../loop/handle.js';
import { Operation } from '../loop/operation.js';
import { printsAsText } from '../loop/prints-as-text.js';
import type { Task } from '../loop/task.js';
import { describeCancel } from './cancel-source.js';
import type { CancelSource } from './cancel-source.js';
import { CancelStatus } from './cancel-status.js';
import { withoutCancelled } from './cancelled-parts.js';
import type { Raised } from './cancelled-parts.js';
import { ownTask } from './checkpoint.js';
import { currentTime } from './current-run.js';

/** Options of `new CancelScope()`. */
export interface CancelScopeOptions {
  /** When it is cancelled, on the clock of the run. Default `Infinity`. */
  readonly deadlineMs?: number;
  /** As `deadlineMs`, counted from the entry of the block. Default `Infinity`. */
  readonly relativeDeadlineMs?: number;
  /** Whether cancels from further out stay outside. Default `false`. */
  readonly shield?: boolean;
}

/** A block that can be cancelled. Used once. */
export class CancelScope {
  static {
    printsAsText(this);
  }

  #state: 'created' | 'entered' | 'left' = 'created';
  #deadline: number;
  #relativeDeadline: number;
  #shield = false;
  #message: string | null = null;
  #cancelledCaught = false;
  #task: Task<unknown> | null = null;
  #requestsBefore = 0;
  #status: CancelStatus | null = null;
  #timer: Handle | null = null;
  #abort: AbortController | null = null;

  /** @throws InvalidArgumentError for what is no time, or for a negative relative one */
  constructor(options: CancelScopeOptions = {}) {
    const { deadlineMs = Infinity, relativeDeadlineMs = Infinity, shield = false } = options;
    this.#deadline = checkTime(deadlineMs, 'deadlineMs');
    this.#relativeDeadline = checkTime(relativeDeadlineMs, 'relativeDeadlineMs');
    if (relativeDeadlineMs < 0) {
      throw new InvalidArgumentError('`relativeDeadlineMs` must be non-negative');
    }
    this.shield = shield;
  }

  /**
   * When it is cancelled, on the clock of the run; may be moved at any time, by any task.
   *
   * @throws InvalidStateError before the entry, where the deadline is a relative one
   */
  get deadline(): number {
    this.#refuseRelative();
    return this.#deadline;
  }

  set deadline(whenMs: number) {
    this.#refuseRelative();
    this.#deadline = checkTime(whenMs, 'deadline');
    this.#setTimer();
  }

  /** Milliseconds from now to the deadline; before the entry, from the entry. */
  get relativeDeadline(): number {
    if (this.#state === 'created') return this.#relativeDeadline;
    return this.#deadline - currentTime();
  }

  set relativeDeadline(delayMs: number) {
    checkTime(delayMs, 'relativeDeadline');
    if (this.#state === 'created') this.#relativeDeadline = delayMs;
    else this.deadline = currentTime() + delayMs;
  }

  /** Whether cancels from further out stay outside; may be changed at any time. */
  get shield(): boolean {
    return this.#shield;
  }

  set shield(isShielded: boolean) {
    if (typeof isShielded !== 'boolean') {
      throw new InvalidArgumentError(`shield must be a boolean, got ${show(isShielded)}`);
    }
    this.#shield = isShielded;
    if (!isShielded) this.#status?.enforce();
  }

  /** Whether it was cancelled, or its deadline has passed; never goes back to `false`. */
  get cancelCalled(): boolean {
    const isOpen = this.#message === null && this.#state !== 'left';
    if (isOpen && this.#deadline !== Infinity && this.#deadline <= currentTime()) {
      this.#cancel('deadline');
    }
    return this.#message !== null;
  }

  /** Whether the block was ended by it. */
  get cancelledCaught(): boolean {
    return this.#cancelledCaught;
  }

  /** Fires when the block is cancelled, from further out too: for `fetch` and other Node APIs. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#isCancelled) this.#abort.abort(new CancelledError(this.#messageNow));
    return this.#abort.signal;
  }

  /** Cancels the block, also before it is entered. Only the first time counts. */
  cancel(reason?: string): void {
    if (!this.cancelCalled) this.#cancel('explicit', reason);
  }

  /**
   * Runs the body in the calling task, once, and gives its value.
   *
   * @returns the body's value; `undefined` when the scope's cancel has ended it
   * @throws what the body throws; InvalidStateError the second time, or outside a task;
   *   InvalidArgumentError when `body` is no function
   */
  run<T>(body: Body<this, T>): Operation<T | undefined> {
    assertBody(body, 'CancelScope.run()');
    return new Operation(() => this.#run(body));
  }

  toString(): string {
    const state = this.#message === null ? '' : ', cancelled';
    const deadline = this.#deadline === Infinity ? '' : `, deadline=${this.#deadline}`;
    return `<${this.constructor.name} ${this.#state}${deadline}${state}>`;
  }

  /** For waits inside: what their errors say, once it was cancelled. */
  get message(): string {
    return this.#message ?? '';
  }

  /** For the tree of scopes: this one, or one around it, was cancelled. */
  onCancel(): void {
    this.#abort?.abort(new CancelledError(this.#messageNow));
  }

  /** For nurseries: begins the block in a task. */
  enter(task: Task<unknown>): CancelStatus {
    if (this.#state !== 'created') {
      throw new InvalidStateError("Each CancelScope may only be used for a single 'run' block");
    }
    this.#state = 'entered';
    this.#task = task;
    this.#requestsBefore = task.cancelling();
    if (this.#relativeDeadline !== Infinity) {
      this.#deadline = Math.min(this.#deadline, currentTime() + this.#relativeDeadline);
    }
    this.#status = new CancelStatus(this, CancelStatus.of(task));
    CancelStatus.move(task, this.#status);
    if (this.#abort !== null || this.#message !== null) this.#status.enforce();
    this.#setTimer();
    return this.#status;
  }

  /** For nurseries: ends the block, which threw `raised`; gives what leaves it. */
  leave(raised: Raised): Raised {
    const [task, status] = [this.#task, this.#status] as [Task<unknown>, CancelStatus];
    const misnesting = status.findMisnesting(task);
    const isOurs = status.cancelMessage() !== null && !status.isCancelledFromOutside;
    // A request of asyncio's kind has come meanwhile: the error may be its own.
    const mayCatch = isOurs && task.cancelling() <= this.#requestsBefore;
    const left = raised !== null && mayCatch ? withoutCancelled(raised.error) : raised;
    this.#cancelledCaught = left?.error !== raised?.error;
    status.leave(task);
    this.#state = 'left';
    this.#timer?.cancel();
    if (misnesting === null) return left;
    const where = `attempted to exit ${this.toString()} in ${task.toString()}`;
    return { error: new InvalidStateError(`Cancel scope stack corrupted: ${where} ${misnesting}`) };
  }

  /** For the layer itself: as `cancel()`, with another source. */
  cancelFrom(source: CancelSource, reason?: string): void {
    if (!this.cancelCalled) this.#cancel(source, reason);
  }

  /** What becomes of the value when the block is left. */
  protected finish<T>(value: T | undefined): T | undefined {
    return value;
  }

  *#run<T>(body: Body<this, T>): Coroutine<T | undefined> {
    this.enter(ownTask());
    let value: T | undefined;
    let raised: Raised = null;
    try {
      value = yield* callBody(body, this);
    } catch (error) {
      raised = { error };
    }
    const left = this.leave(raised);
    if (left !== null) throw left.error;
    return this.finish(value);
  }

  get #isCancelled(): boolean {
    return this.#status === null ? this.cancelCalled : this.#status.cancelMessage() !== null;
  }

  get #messageNow(): string {
    return this.#status?.cancelMessage() ?? this.#message ?? '';
  }

  #cancel(source: CancelSource, reason?: string): void {
    this.#message = describeCancel(source, reason);
    this.#timer?.cancel();
    if (this.#state === 'entered') this.#status?.enforce();
    else this.onCancel();
  }

  #setTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#state !== 'entered' || this.#deadline === Infinity || this.cancelCalled) return;
    const loop = (this.#task as Task<unknown>).getLoop();
    this.#timer = loop.callAt(this.#deadline, () => void this.cancelCalled);
  }

  #refuseRelative(): void {
    if (this.#state !== 'created' || this.#relativeDeadline === Infinity) return;
    throw new InvalidStateError(
      'unentered relative cancel scope does not have an absolute deadline',
    );
  }
}

function checkTime(ms: number, name: string): number {
  if (typeof ms === 'number' && !Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError(`\`${name}\` must be a number of milliseconds, got ${show(ms)}`);
}
