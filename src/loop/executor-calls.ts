/**
 * The part of a loop that hands functions to executors: the base of all our loops.
 *
 * A loop has at most one default executor, made when it is first asked for. It belongs to the
 * loop: it is shut down when the loop is closed, at the latest. After asyncio's methods of the
 * same names.
 */
import { InvalidArgumentError, InvalidStateError, show } from '../errors.js';
import type { EventLoop } from './event-loop.js';
import { reportTo } from './exception-handler.js';
import { ExecutorFuture, whenSettled } from './executor-future.js';
import { assertExecutor, createDefaultExecutor } from './executor.js';
import type { Executor } from './executor.js';
import type {
  AnyFunction,
  FunctionReference,
  RemoteParameters,
  RemoteResult,
} from './function-reference.js';
import { Future } from './future.js';

/** What a loop knows of executors. */
export abstract class ExecutorCalls {
  #executor: Executor | null = null;
  #isShutDown = false;
  #pendingCount = 0;

  /** Whether an executor has yet to answer: something will come, though no timer tells when. */
  protected get awaitsExecutor(): boolean {
    return this.#pendingCount > 0;
  }

  /** @throws LoopClosedError */
  protected abstract assertOpen(): void;

  /** See `EventLoop.runInExecutor`. */
  runInExecutor<F extends AnyFunction>(
    executor: Executor | null,
    fn: FunctionReference<F>,
    ...args: RemoteParameters<F>
  ): Future<RemoteResult<F>> {
    this.assertOpen();
    if (executor !== null) assertExecutor(executor);
    const loop = this.#asLoop();
    const future = new ExecutorFuture<RemoteResult<F>>({ loop });
    const { signal } = future;
    const job = (executor ?? this.#defaultExecutor()).submit(fn, args, { signal, loop });
    this.#countUntilSettled(job);
    return future.follow(job as PromiseLike<RemoteResult<F>>);
  }

  /** See `EventLoop.setDefaultExecutor`. */
  setDefaultExecutor(executor: Executor): void {
    assertExecutor(executor);
    this.#executor = executor;
  }

  /** See `EventLoop.shutdownDefaultExecutor`. */
  shutdownDefaultExecutor(timeoutMs: number = Infinity): Future<void> {
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
      throw new InvalidArgumentError(
        `'timeoutMs' has to be a number of milliseconds, 0 or more, got ${show(timeoutMs)}`,
      );
    }
    this.#isShutDown = true;
    const loop = this.#asLoop();
    const ended = new Future<void>({ loop });
    if (this.#executor === null) {
      ended.setResult();
      return ended;
    }
    const shutdown = this.#executor.shutdown({ timeoutMs });
    this.#countUntilSettled(shutdown);
    whenSettled(shutdown, loop, (take) => {
      if (!loop.isClosed()) loop.callSoonThreadsafe(endShutdown, ended, take, timeoutMs);
    });
    return ended;
  }

  /** Shuts the executor down without waiting for it: to be called when the loop is closed. */
  protected dropExecutor(): void {
    this.#isShutDown = true;
    const executor = this.#executor;
    this.#executor = null;
    if (executor === null) return;
    const message = 'Error while the default executor of a closed loop was shut down';
    executor.shutdown().then(undefined, (exception: unknown) => {
      reportTo(this.#asLoop(), { message, exception });
    });
  }

  #countUntilSettled(outcome: PromiseLike<unknown>): void {
    whenSettled(outcome, this.#asLoop(), () => (this.#pendingCount -= 1));
    // Counted last: a loop that refuses a mere promise has nothing to wait for.
    this.#pendingCount += 1;
  }

  #defaultExecutor(): Executor {
    if (this.#isShutDown) throw new InvalidStateError('Executor shutdown has been called');
    return (this.#executor ??= createDefaultExecutor());
  }

  /** Whoever extends this is one. */
  #asLoop(): EventLoop {
    return this as unknown as EventLoop;
  }
}

function endShutdown(ended: Future<void>, take: () => unknown, timeoutMs: number): void {
  try {
    if (take() === false) {
      process.emitWarning(
        'The executor did not finishing joining its threads within ' +
          `${timeoutMs / 1_000} seconds.`,
        'RuntimeWarning',
      );
    }
    if (!ended.done()) ended.setResult();
  } catch (error) {
    if (!ended.done()) ended.setException(error);
  }
}
