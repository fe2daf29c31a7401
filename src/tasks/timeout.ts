/**
 * A limit of time for a block of code. After `asyncio.timeout`.
 *
 * When the time is up the task is interrupted, so the code sees `CancelledError`; the block turns
 * that into `TimeoutError`, unless somebody else has cancelled the task as well.
 *
 * | state    | moves to           | by                                            |
 * |----------|--------------------|-----------------------------------------------|
 * | created  | active             | `run()`                                       |
 * | active   | expiring, finished | the deadline; the end of the body             |
 * | expiring | expired, finished  | the end of the body: cancelled, or otherwise  |
 */
import { isPromise } from 'node:util/types';
import { CancelledError, InvalidStateError, isCancelled, TimeoutError } from '../errors.js';
import { assertBody, callBody } from '../loop/body.js';
import type { Body } from '../loop/body.js';
import { assertTimeOrNull } from '../loop/check-arguments.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { currentTask } from '../loop/current-task.js';
import type { Handle } from '../loop/handle.js';
import { Operation } from '../loop/operation.js';
import { printsAsText } from '../loop/prints-as-text.js';
import type { Task } from '../loop/task.js';

type State = 'created' | 'active' | 'expiring' | 'expired' | 'finished';

/** A limit of time; made by `timeout()` and `timeoutAt()`. */
export class Timeout {
  static {
    printsAsText(this);
  }

  #state: State = 'created';
  #whenMs: number | null;
  #task: Task<unknown> | null = null;
  #cancellingBefore = 0;
  #handle: Handle | null = null;
  #abort: AbortController | null = null;

  /** @param whenMs - on the loop's clock; `null` for no limit */
  constructor(whenMs: number | null) {
    this.#whenMs = whenMs;
  }

  /** The deadline on the loop's clock, in milliseconds; `null` for none. */
  when(): number | null {
    return this.#whenMs;
  }

  /** Whether the time was up before the body came to its end. */
  expired(): boolean {
    return this.#state === 'expiring' || this.#state === 'expired';
  }

  /** Fires when the time is up, or the task is cancelled: for `fetch` and other APIs of Node. */
  get signal(): AbortSignal {
    if (this.#task === null) throw new InvalidStateError('Timeout has not been entered');
    this.#abort ??= this.#task.signals.open();
    return this.#abort.signal;
  }

  /**
   * Moves the deadline, from any task of the loop; `null` lifts it. One that has passed already
   * interrupts the body at once.
   *
   * @throws InvalidStateError before the body begins, or once the time is up or the body has ended;
   *   InvalidArgumentError when it is no number
   */
  reschedule(whenMs: number | null): void {
    assertTimeOrNull(whenMs, 'reschedule', 'whenMs');
    if (this.#state !== 'active') {
      throw new InvalidStateError(
        this.#state === 'created'
          ? 'Timeout has not been entered'
          : `Cannot change state of ${this.#state} Timeout`,
      );
    }
    this.#whenMs = whenMs;
    this.#handle?.cancel();
    this.#handle = null;
    if (whenMs === null || whenMs === Infinity) return;
    const loop = getRunningLoop();
    const expire = (): void => this.#expire();
    this.#handle = whenMs <= loop.time() ? loop.callSoon(expire) : loop.callAt(whenMs, expire);
  }

  /**
   * Runs the body in the calling task, once, and gives its value.
   *
   * @throws TimeoutError when the time was up, caused by the CancelledError; what the body throws;
   *   InvalidStateError the second time, or outside a task; InvalidArgumentError when `body` is no
   *   function
   */
  run<T>(body: Body<this, T>): Operation<T> {
    assertBody(body, 'Timeout.run()');
    return new Operation(() => this.#run(body));
  }

  toString(): string {
    const when = this.#state === 'active' ? ` when=${String(this.#whenMs)}` : '';
    return `<Timeout [${this.#state}]${when}>`;
  }

  *#run<T>(body: Body<this, T>): Coroutine<T> {
    this.#enter();
    let value: T;
    try {
      value = yield* callBody(() => this.#begin(body), this);
    } catch (error) {
      throw this.#exit(error);
    }
    this.#exit(null);
    return value;
  }

  #enter(): void {
    if (this.#state !== 'created') {
      throw new InvalidStateError('Timeout has already been entered');
    }
    this.#task = currentTask();
    if (this.#task === null) throw new InvalidStateError('Timeout should be used inside a task');
    this.#cancellingBefore = this.#task.cancelling();
    this.#state = 'active';
    if (!this.#isDue()) this.reschedule(this.#whenMs);
  }

  #isDue(): boolean {
    return this.#whenMs !== null && this.#whenMs <= getRunningLoop().time();
  }

  /**
   * Arms a deadline that is due when an async body has gone as far as its first wait, and disarms
   * any when that body has ended: the loop hears of both later, and that time is not the body's.
   */
  #begin<T>(body: Body<this, T>): ReturnType<Body<this, T>> {
    const returned = body(this);
    const disarm = (): void => this.#handle?.cancel();
    if (isPromise(returned)) returned.then(disarm, disarm);
    if (this.#handle === null && this.#isDue()) this.reschedule(this.#whenMs);
    return returned;
  }

  /** Gives the error that leaves the block. */
  #exit(error: unknown): unknown {
    const task = this.#task as Task<unknown>;
    this.#handle?.cancel();
    this.#handle = null;
    if (this.#abort !== null) task.signals.close(this.#abort);
    if (this.#state !== 'expiring') {
      this.#state = 'finished';
      return error;
    }
    this.#state = 'expired';
    const isOurs = task.uncancel() <= this.#cancellingBefore;
    if (!isOurs || error === null) return error;
    if (isCancelled(error)) return new TimeoutError('The time is up', { cause: error });
    // Another error came of the interruption: it passes, and shows what it came from.
    if (error instanceof Error && error.cause === undefined && Object.isExtensible(error)) {
      error.cause = new TimeoutError('The time is up', { cause: new CancelledError() });
    }
    return error;
  }

  #expire(): void {
    this.#state = 'expiring';
    this.#handle = null;
    const task = this.#task as Task<unknown>;
    task.interrupt();
    const reason = new TimeoutError('The time is up');
    if (this.#abort !== null) task.signals.abortFrom(this.#abort, reason);
  }
}

/**
 * A limit of time, from now; `null` for none. With a body it runs it at once.
 *
 * @throws InvalidArgumentError when `delayMs` is no number
 *
 * @example
 * const page = await timeout(1_000, () => load(url));
 */
export function timeout(delayMs: number | null): Timeout;
export function timeout<T>(delayMs: number | null, body: Body<Timeout, T>): Operation<T>;
export function timeout<T>(
  delayMs: number | null,
  body?: Body<Timeout, T>,
): Timeout | Operation<T> {
  assertTimeOrNull(delayMs, 'timeout', 'delayMs');
  return withBody(new Timeout(delayMs === null ? null : getRunningLoop().time() + delayMs), body);
}

/** As `timeout`, at an absolute time of the running loop's clock. */
export function timeoutAt(whenMs: number | null): Timeout;
export function timeoutAt<T>(whenMs: number | null, body: Body<Timeout, T>): Operation<T>;
export function timeoutAt<T>(
  whenMs: number | null,
  body?: Body<Timeout, T>,
): Timeout | Operation<T> {
  assertTimeOrNull(whenMs, 'timeoutAt', 'whenMs');
  return withBody(new Timeout(whenMs), body);
}

function withBody<T>(block: Timeout, body: Body<Timeout, T> | undefined): Timeout | Operation<T> {
  return body === undefined ? block : block.run(body);
}
