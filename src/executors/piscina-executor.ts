/**
 * The executor that loops have by default: functions run in threads that a Piscina keeps.
 *
 * Nothing is loaded or started before the first job; the first job also says where the pool lives:
 * on this thread, or, for a loop that blocks its thread, in one of its own. Idle threads do not
 * keep the process alive.
 */
import { InvalidStateError, show } from '../errors.js';
import { provideDefaultExecutor } from '../loop/executor.js';
import type {
  Executor,
  ExecutorShutdownOptions,
  ExecutorStats,
  SubmitOptions,
} from '../loop/executor.js';
import { registry } from '../loop/registry.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';
import { assertRemoteFunction } from '../threads/remote-function.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../threads/remote-function.js';
import { Counts } from './counts.js';
import { checkDuration, fillOptions } from './options.js';
import type { FilledOptions, PiscinaExecutorOptions } from './options.js';
import { PoolInThread } from './pool-in-thread.js';
import { Pool } from './pool.js';

/** Runs functions of modules in threads that have no loop, one at a time in each. */
export class PiscinaExecutor implements Executor, AsyncDisposable {
  readonly #options: FilledOptions;
  readonly #counts = new Counts();
  #pool: Pool | PoolInThread | null = null;
  #isShutDown = false;

  /**
   * @param options - see `PiscinaExecutorOptions`
   * @throws InvalidArgumentError naming the option, its value and what is allowed
   */
  constructor(options: PiscinaExecutorOptions = {}) {
    this.#options = fillOptions(options);
  }

  /**
   * Runs a plain or async function in a thread. Jobs begin in the order of their calls. The
   * arguments are copied now, the result when it is there. An async function that declares one
   * parameter more than is passed gets an `AbortSignal` there.
   *
   * @returns a promise in shape. Cancelling it settles it at once; the job does not begin, or is
   *   told, and after `graceMs` its thread is ended. It fails with NotCloneableError,
   *   ModuleNotFoundError, ExportNotFoundError, NotAFunctionError, with ThreadDiedError when the
   *   thread dies meanwhile, and with InvalidArgumentError for a coroutine, which needs a loop
   * @throws InvalidArgumentError when it is no remote function; QueueFullError (which a blocking
   *   loop finds in the future); InvalidStateError after `shutdown()`, or when a blocking loop asks
   *   for a pool that lives on the thread which it blocks
   */
  submit<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    args: RemoteParameters<F>,
    options: SubmitOptions = {},
  ): ConcurrentFuture<RemoteResult<F>> {
    assertRemoteFunction(fn, 'runInExecutor');
    if (this.#isShutDown) {
      throw new InvalidStateError('cannot schedule new futures after shutdown');
    }
    const { signal, loop = registry.running } = options;
    const isBlocking = loop?.refusePromise !== undefined;
    const pool = this.#openPool(isBlocking);
    if (signal?.aborted === true) return cancelledBy(signal);
    const { url, name } = fn;
    const job = pool.submit({ url, name }, args) as ConcurrentFuture<RemoteResult<F>>;
    if (signal !== undefined) cancelOnAbort(job, signal);
    return job;
  }

  /**
   * Takes no more jobs; ends the threads when those that were accepted have ended. May be called
   * again, with less patience.
   *
   * @returns `false` when jobs had to be ended by force after `timeoutMs`; their futures are
   *   cancelled
   * @throws InvalidArgumentError when `timeoutMs` is no such number
   */
  shutdown(options: ExecutorShutdownOptions = {}): ConcurrentFuture<boolean> {
    const { timeoutMs = Infinity, cancel = false } = options;
    checkDuration('timeoutMs', timeoutMs);
    this.#isShutDown = true;
    if (this.#pool instanceof Pool) {
      return ConcurrentFuture.from(this.#pool.shutdown({ timeoutMs, cancel }));
    }
    if (this.#pool !== null) return this.#pool.shutdown({ timeoutMs, cancel });
    const ended = new ConcurrentFuture<boolean>();
    ended.setResult(true);
    return ended;
  }

  stats(): ExecutorStats {
    return this.#counts.stats();
  }

  /** `shutdown()`: waits for the jobs that were accepted. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #openPool(isBlocking: boolean): Pool | PoolInThread {
    const PoolClass = isBlocking ? PoolInThread : Pool;
    this.#pool ??= new PoolClass(this.#options, this.#counts);
    if (isBlocking && this.#pool instanceof Pool) {
      throw new InvalidStateError(
        'This executor was first used by a loop that shares its thread with Node, and cannot ' +
          'answer one that blocks the thread: give the blocking loop an executor of its own',
      );
    }
    return this.#pool;
  }
}

function cancelledBy<T>(signal: AbortSignal): ConcurrentFuture<T> {
  const future = new ConcurrentFuture<T>();
  future.cancel(messageOf(signal.reason));
  return future;
}

function cancelOnAbort(job: ConcurrentFuture<unknown>, signal: AbortSignal): void {
  const onAbort = (): void => void job.cancel(messageOf(signal.reason));
  signal.addEventListener('abort', onAbort);
  job.addDoneCallback(() => signal.removeEventListener('abort', onAbort));
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : show(reason);
}

provideDefaultExecutor(() => new PiscinaExecutor());
