/**
 * Waiting for time to pass, and limits of time for blocks of code. After Trio's functions of the
 * same names; a deadline is that of a `CancelScope`. Times are milliseconds of the run's clock.
 */
import { InvalidArgumentError, show, TooSlowError } from '../errors.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future } from '../loop/future.js';
import type { Handle } from '../loop/handle.js';
import { Operation } from '../loop/operation.js';
import { CancelScope } from './cancel-scope.js';
import { CancelStatus } from './cancel-status.js';
import { ownTask, passCheckpoint } from './checkpoint.js';
import { currentTime } from './current-run.js';

/** A scope whose cancel is an error outside of it; made by `failAfter` and `failAt`. */
class FailScope extends CancelScope {
  protected override finish<T>(value: T | undefined): T | undefined {
    if (this.cancelledCaught) throw new TooSlowError('The time is up');
    return value;
  }
}

/**
 * A limit of time from the entry of the block on: when it is up the block is left without an error.
 *
 * @returns the scope; with a body, what that gives, `undefined` when the time was up
 * @throws InvalidArgumentError when `delayMs` is negative or no number
 */
export function moveOnAfter(delayMs: number): CancelScope;
export function moveOnAfter<T>(
  delayMs: number,
  body: Body<CancelScope, T>,
): Operation<T | undefined>;
export function moveOnAfter<T>(
  delayMs: number,
  body?: Body<CancelScope, T>,
): CancelScope | Operation<T | undefined> {
  checkDelay(delayMs);
  const scope = new CancelScope({ relativeDeadlineMs: delayMs });
  return body === undefined ? scope : scope.run(body);
}

/** As `moveOnAfter`, at an absolute time: see `currentTime()`. */
export function moveOnAt(deadlineMs: number): CancelScope;
export function moveOnAt<T>(
  deadlineMs: number,
  body: Body<CancelScope, T>,
): Operation<T | undefined>;
export function moveOnAt<T>(
  deadlineMs: number,
  body?: Body<CancelScope, T>,
): CancelScope | Operation<T | undefined> {
  const scope = new CancelScope({ deadlineMs });
  return body === undefined ? scope : scope.run(body);
}

/**
 * A limit of time from the entry of the block on: when it is up the block throws.
 *
 * @returns the scope; with a body, what that gives
 * @throws TooSlowError, from the block, when the time was up; InvalidArgumentError when `delayMs`
 *   is negative or no number
 */
export function failAfter(delayMs: number): CancelScope;
export function failAfter<T>(delayMs: number, body: Body<CancelScope, T>): Operation<T>;
export function failAfter<T>(
  delayMs: number,
  body?: Body<CancelScope, T>,
): CancelScope | Operation<T> {
  checkDelay(delayMs);
  const scope = new FailScope({ relativeDeadlineMs: delayMs });
  return body === undefined ? scope : (scope.run(body) as Operation<T>);
}

/** As `failAfter`, at an absolute time: see `currentTime()`. */
export function failAt(deadlineMs: number): CancelScope;
export function failAt<T>(deadlineMs: number, body: Body<CancelScope, T>): Operation<T>;
export function failAt<T>(
  deadlineMs: number,
  body?: Body<CancelScope, T>,
): CancelScope | Operation<T> {
  const scope = new FailScope({ deadlineMs });
  return body === undefined ? scope : (scope.run(body) as Operation<T>);
}

/** When the calling code will be cancelled: `-Infinity` when it is now, `Infinity` for never. */
export function currentEffectiveDeadline(): number {
  return CancelStatus.of(ownTask())?.effectiveDeadline ?? Infinity;
}

/**
 * Waits `delayMs` milliseconds; zero is a `checkpoint()`.
 *
 * @throws InvalidArgumentError when it is negative or no number
 */
export function sleep(delayMs: number): Operation<void> {
  checkDelay(delayMs);
  return new Operation(() =>
    delayMs === 0 ? passCheckpoint() : waitUntil(currentTime() + delayMs),
  );
}

/** Waits until the clock of the run shows `whenMs`; a `checkpoint()` when it does already. */
export function sleepUntil(whenMs: number): Operation<void> {
  if (typeof whenMs !== 'number' || Number.isNaN(whenMs)) {
    throw new InvalidArgumentError(`\`whenMs\` must be a number, got ${show(whenMs)}`);
  }
  return new Operation(() => (whenMs <= currentTime() ? passCheckpoint() : waitUntil(whenMs)));
}

/** Waits until it is cancelled. */
export function sleepForever(): Operation<never> {
  return new Operation(() => waitUntil(Infinity) as Coroutine<never>);
}

function* waitUntil(whenMs: number): Coroutine<void> {
  yield* new Alarm(ownTask().getLoop(), whenMs);
}

class Alarm extends Future<void> {
  readonly #timer: Handle | null;

  constructor(loop: EventLoop, whenMs: number) {
    super({ loop });
    this.#timer = whenMs === Infinity ? null : loop.callAt(whenMs, () => this.#ring());
  }

  override cancel(message?: string): boolean {
    this.#timer?.cancel();
    return super.cancel(message);
  }

  #ring(): void {
    if (!this.done()) this.setResult();
  }
}

function checkDelay(delayMs: number): void {
  if (typeof delayMs !== 'number' || Number.isNaN(delayMs)) {
    throw new InvalidArgumentError(`\`delayMs\` must be a number, got ${show(delayMs)}`);
  }
  if (delayMs < 0) throw new InvalidArgumentError('`delayMs` must be non-negative');
}
