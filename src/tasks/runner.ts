/**
 * One loop and one async context over several runs. After `asyncio.Runner`.
 *
 * | state       | moves to            | by                                        |
 * |-------------|---------------------|-------------------------------------------|
 * | created     | initialized, closed | the first `run` or `getLoop`; `close`     |
 * | initialized | closed              | `close`                                   |
 * | closed      | –                   |                                           |
 *
 * Ctrl-C, on the main thread, cancels the main task the first time, so that its code can clean up,
 * and ends the process the second time. A program that listens for SIGINT itself is left alone. On
 * a loop that blocks its thread nobody would hear the signal: there it ends the process at once.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isMainThread } from 'node:worker_threads';
import {
  InvalidStateError,
  isCancelled,
  KeyboardInterruptError,
  LoopRunningError,
} from '../errors.js';
import type { Context } from '../loop/context.js';
import { isCoroutine, isPromiseLike } from '../loop/coroutine.js';
import type { Awaitable } from '../loop/coroutine.js';
import { newEventLoop, setEventLoop } from '../loop/current-loop.js';
import { ensureFuture } from '../loop/ensure-future.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
import { isOperation } from '../loop/operation.js';
import { registry } from '../loop/registry.js';
import { hasSignalHandler } from '../loop/signals.js';
import type { TaskFunction } from '../loop/task-work.js';
import { Task } from '../loop/task.js';
import { cancelAllTasks } from './cancel-all-tasks.js';

/** Options of `new Runner()` and `run()`. */
export interface RunnerOptions {
  /** Debug mode of the loop. Default: as the environment says. */
  readonly debug?: boolean;
  /** Makes the loop; then it is not set as the current one. Default: `newEventLoop`. */
  readonly loopFactory?: () => EventLoop;
}

/** How long the end of a run waits for the jobs of the default executor, as in asyncio. */
const executorPatienceMs = 5 * 60 * 1_000;

/** Exit code of a process that Ctrl-C ended. */
const interruptedExitCode = 130;

/** Runs several main tasks on one loop; see `run()` for the short form. */
export class Runner implements AsyncDisposable {
  readonly #options: RunnerOptions;
  #state: 'created' | 'initialized' | 'closed' = 'created';
  #loop: EventLoop | null = null;
  #context: Context | null = null;
  /** What was the current loop before. */
  #loopBefore: EventLoop | null = null;

  constructor(options: RunnerOptions = {}) {
    this.#options = options;
  }

  /**
   * The loop; made on first use.
   *
   * @throws InvalidStateError when the runner is closed
   */
  getLoop(): EventLoop {
    if (this.#state === 'closed') throw new InvalidStateError('Runner is closed');
    if (this.#loop !== null) return this.#loop;
    const { debug, loopFactory } = this.#options;
    this.#loop = (loopFactory ?? newEventLoop)();
    this.#loopBefore = registry.current;
    if (loopFactory === undefined) setEventLoop(this.#loop);
    if (debug !== undefined) this.#loop.setDebug(debug);
    this.#context = AsyncLocalStorage.snapshot();
    this.#state = 'initialized';
    return this.#loop;
  }

  /**
   * Runs a coroutine object, an async function, a future or a promise to its end.
   *
   * @returns its value
   * @throws its error; KeyboardInterruptError when Ctrl-C cancelled it; LoopRunningError inside a
   *   running loop; InvalidStateError when the runner is closed
   */
  async run<T>(
    main: Awaitable<T> | TaskFunction<T>,
    { context }: { readonly context?: Context } = {},
  ): Promise<T> {
    try {
      assertNothingRuns('Runner.run()');
      this.getLoop();
    } catch (error) {
      if (isCoroutine(main)) main.return(undefined as never);
      throw error;
    }
    const loop = this.getLoop();
    const future = startMain(main, loop, context ?? this.#context);
    const endInterrupts = cancelOnInterrupt(future);
    try {
      return (await loop.runUntilComplete(future)) as T;
    } catch (error) {
      if (endInterrupts() && isCancelled(error) && !isCancelledElsewhere(future)) {
        throw new KeyboardInterruptError('Interrupted by Ctrl-C', { cause: error });
      }
      throw error;
    } finally {
      endInterrupts();
    }
  }

  /**
   * Cancels what is left on the loop and waits for it, then for the jobs of the default executor,
   * and closes the loop. Twice does nothing.
   */
  async close(): Promise<void> {
    const loop = this.#loop;
    const wasInitialized = this.#state === 'initialized';
    this.#state = 'closed';
    if (loop === null || !wasInitialized) return;
    try {
      try {
        await loop.runUntilComplete(cancelAllTasks(loop));
      } finally {
        // Also behind tasks that cannot be cancelled, as they wait for each other in a ring.
        await shutDownHelpers(loop);
      }
    } finally {
      // The loop in the background stays the thread's own.
      const before = this.#loopBefore === registry.background ? this.#loopBefore : null;
      if (this.#options.loopFactory === undefined) setEventLoop(before);
      loop.close();
    }
  }

  /** `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Ends what a loop has besides its tasks: open generators, and the default executor. */
async function shutDownHelpers(loop: EventLoop): Promise<void> {
  const shutDown = async (): Promise<void> => loop.shutdownAsyncGenerators?.();
  // What they do in their `finally` blocks may need the loop, where promises run beside it.
  await (loop.refusePromise === undefined ? loop.runUntilComplete(shutDown) : shutDown());
  await loop.runUntilComplete(loop.shutdownDefaultExecutor(executorPatienceMs));
}

/** @throws LoopRunningError inside a run; the loop in the background does not count */
export function assertNothingRuns(what: string): void {
  if (registry.running === null || registry.running === registry.background) return;
  throw new LoopRunningError(`${what} cannot be called from a running event loop`);
}

function startMain<T>(
  main: Awaitable<T> | TaskFunction<T>,
  loop: EventLoop,
  context: Context | null,
): Future<T> {
  const options = context === null ? {} : { context };
  if (typeof main === 'function' && !isPromiseLike(main)) return loop.createTask(main, options);
  if (isCoroutine(main) || isOperation(main)) return loop.createTask<T>(main as never, options);
  return ensureFuture(main as Awaitable<T>, { loop });
}

/** Until the returned function is called, which tells whether Ctrl-C came. */
function cancelOnInterrupt(future: Future<unknown>): () => boolean {
  if (!isMainThread || process.listenerCount('SIGINT') > 0) return () => false;
  // A listener takes the signal's own effect away, and a blocked thread would never call it.
  if (future.getLoop().refusePromise !== undefined) return () => false;
  let isInterrupted = false;
  const onInterrupt = (): void => {
    // The program has taken it meanwhile, as with asyncio.
    if (hasSignalHandler('SIGINT')) return;
    // The second Ctrl-C means: at once.
    if (isInterrupted) process.exit(interruptedExitCode);
    isInterrupted = true;
    future.cancel();
  };
  process.on('SIGINT', onInterrupt);
  return () => {
    process.off('SIGINT', onInterrupt);
    return isInterrupted;
  };
}

/** Whether a request to cancel is left, besides that of Ctrl-C. */
function isCancelledElsewhere(future: Future<unknown>): boolean {
  return future instanceof Task && future.uncancel() > 0;
}
