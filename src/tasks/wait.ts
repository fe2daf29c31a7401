/**
 * Waiting for the first, the first failing, or all of several futures, without cancelling any.
 * After `asyncio.wait`.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { assertIterable, assertTimeOrNull } from '../loop/check-arguments.js';
import { isCoroutine } from '../loop/coroutine.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { Future, isFuture } from '../loop/future.js';
import { isOperation, Operation } from '../loop/operation.js';
import { failureOf } from './failure.js';

/** When `wait` returns. A future that was cancelled does not count as failing. */
export type ReturnWhen = 'ALL_COMPLETED' | 'FIRST_COMPLETED' | 'FIRST_EXCEPTION';

const modes: readonly unknown[] = ['ALL_COMPLETED', 'FIRST_COMPLETED', 'FIRST_EXCEPTION'];

/** Options of `wait`. */
export interface WaitOptions {
  /** Return after so many milliseconds at the latest. Default: no limit. */
  readonly timeoutMs?: number | null;
  /** Default `ALL_COMPLETED`. */
  readonly returnWhen?: ReturnWhen;
}

/** The futures that were given, parted. */
export interface WaitResult<F> {
  readonly done: Set<F>;
  readonly pending: Set<F>;
}

/**
 * Waits for futures and tells which are done. Never fails because of them, and never cancels them,
 * not even when the time is up.
 *
 * @throws InvalidArgumentError when there are none, something else is among them, or an option is
 *   none of those allowed
 */
export function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  { timeoutMs = null, returnWhen = 'ALL_COMPLETED' }: WaitOptions = {},
): Operation<WaitResult<F>> {
  const given = assertFutures(futures);
  assertTimeOrNull(timeoutMs, 'wait', 'timeoutMs');
  if (!modes.includes(returnWhen)) {
    throw new InvalidArgumentError(`Invalid return_when value: ${String(returnWhen)}`);
  }
  return new Operation(() => waitForThem(given, timeoutMs, returnWhen));
}

function assertFutures<F>(futures: Iterable<F>): Set<F> {
  assertIterable(futures, 'expect a list of futures');
  const given = new Set(futures);
  if (given.size === 0) throw new InvalidArgumentError('Set of Tasks/Futures is empty.');
  for (const each of given) {
    if (isCoroutine(each) || isOperation(each)) {
      throw new InvalidArgumentError('Passing coroutines is forbidden, use tasks explicitly.');
    }
    if (!isFuture(each)) {
      throw new InvalidArgumentError(
        `wait() expects futures, got ${show(each, -1)}: use ensureFuture()`,
      );
    }
  }
  return given;
}

function* waitForThem<F extends Future<unknown>>(
  futures: Set<F>,
  timeoutMs: number | null,
  returnWhen: ReturnWhen,
): Coroutine<WaitResult<F>> {
  const unfinished = [...futures].filter((future) => !future.done());
  const isOver = unfinished.length === 0 || isDecided(futures, returnWhen);
  if (!isOver) yield* new Waiter(unfinished, timeoutMs, returnWhen).waitUntilOver();
  const done = new Set<F>();
  const pending = new Set<F>();
  for (const future of futures) (future.done() ? done : pending).add(future);
  return { done, pending };
}

function isDecided(futures: Set<Future<unknown>>, returnWhen: ReturnWhen): boolean {
  if (returnWhen === 'ALL_COMPLETED') return false;
  return [...futures].some((future) => future.done() && decides(future, returnWhen));
}

function decides(future: Future<unknown>, returnWhen: ReturnWhen): boolean {
  if (returnWhen === 'FIRST_COMPLETED') return true;
  return returnWhen === 'FIRST_EXCEPTION' && !future.cancelled() && failureOf(future) !== null;
}

/** Waits for a decision; the futures never see it. */
class Waiter extends Future<undefined> {
  readonly #futures: readonly Future<unknown>[];
  readonly #returnWhen: ReturnWhen;
  readonly #timeoutMs: number | null;
  #unfinishedCount: number;

  constructor(
    futures: readonly Future<unknown>[],
    timeoutMs: number | null,
    returnWhen: ReturnWhen,
  ) {
    super({ loop: getRunningLoop() });
    this.#futures = futures;
    this.#timeoutMs = timeoutMs;
    this.#returnWhen = returnWhen;
    this.#unfinishedCount = futures.length;
  }

  override awaits(): readonly Future<unknown>[] {
    return this.#futures.filter((future) => !future.done());
  }

  *waitUntilOver(): Coroutine<void> {
    const timeoutMs = this.#timeoutMs;
    const timer =
      timeoutMs === null ? null : this.getLoop().callLater(timeoutMs, () => this.release());
    for (const future of this.#futures) future.addWaiter(this);
    try {
      yield* this;
    } finally {
      timer?.cancel();
      for (const future of this.#futures) future.removeWaiter(this);
    }
  }

  onDone(future: Future<unknown>): void {
    this.#unfinishedCount -= 1;
    if (this.#unfinishedCount === 0 || decides(future, this.#returnWhen)) this.release();
  }

  release(): void {
    if (!this.done()) this.setResult(undefined);
  }
}
