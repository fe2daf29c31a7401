/**
 * What every event loop can do, whoever wrote it.
 *
 * Any object that implements this interface can be set as a thread's current loop. The two ways to
 * run differ between loops (a promise on a host loop, the plain value on a blocking one), which is
 * why they are typed loosely here and exactly on the classes. `docs/custom-loops.md` says the whole
 * contract in words, and `loopContract()` of `threadloop/testing` tries it. After asyncio's
 * `AbstractEventLoop`.
 */
import type { Coroutine } from './coroutine.js';
import type { ExceptionContext, ExceptionHandler } from './exception-handler.js';
import type { Executor } from './executor.js';
import type {
  AnyFunction,
  FunctionReference,
  RemoteParameters,
  RemoteResult,
} from './function-reference.js';
import type { Future } from './future.js';
import type { Callback, Handle, TimerHandle } from './handle.js';
import type { Runnable } from './runnable.js';
import type { TaskFactory } from './task-factory.js';
import type { TaskOptions } from './task-options.js';
import type { TaskFunction } from './task-work.js';
import type { Task } from './task.js';

/**
 * An event loop. All methods belong to the loop's own thread. From the beginning of a run to its
 * end the loop is the running one of the thread: see `enterLoop` in `threadloop/lowlevel`.
 */
export interface EventLoop {
  /** For people: in messages and reports. */
  readonly name: string;

  /**
   * Runs a callback at the next tick. Callbacks run in the order in which they were scheduled,
   * each exactly once, in the async context of the caller of `callSoon`.
   *
   * @throws LoopClosedError
   */
  callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle;
  /**
   * Runs a callback once `delayMs` milliseconds have passed; at once when it is zero or less.
   * Of timers due at the same time the one scheduled first runs first.
   *
   * @throws InvalidArgumentError when `delayMs` is missing or not a number
   */
  callLater<A extends unknown[]>(delayMs: number, callback: Callback<A>, ...args: A): TimerHandle;
  /** As `callLater`, at an absolute time of this loop's clock: see `time()`. */
  callAt<A extends unknown[]>(whenMs: number, callback: Callback<A>, ...args: A): TimerHandle;
  /** As `callSoon`, and wakes the loop. On another thread's loop: see `RemoteLoop`. */
  callSoonThreadsafe<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle;
  /**
   * For futures and tasks: as `callSoon(() => runnable.run())`, without a new handle. A loop that
   * lacks it is given everything by `callSoon`.
   */
  callRunnable?(runnable: Runnable): void;
  /**
   * For the runtime: whether its tasks are ordinary ones, so that the task of a function which runs
   * already can be made when somebody asks for it. A loop that lacks it makes all tasks itself.
   */
  makesOrdinaryTasks?(): boolean;
  /** Milliseconds on this loop's own clock: monotonic, from some fixed point. */
  time(): number;

  /** A future that belongs to this loop. */
  createFuture<T>(): Future<T>;
  /**
   * Starts a coroutine object or a function as a task of this loop; its first step runs at the
   * next tick. An async function gets an `AbortSignal`, which fires when the task is cancelled.
   *
   * @throws InvalidArgumentError when it is neither, above all a generator function not yet called
   */
  createTask<T>(work: Coroutine<T> | TaskFunction<T>, options?: TaskOptions): Task<T>;

  /** Decides what `createTask` makes; `null` brings ordinary tasks back. */
  setTaskFactory(factory: TaskFactory | null): void;
  getTaskFactory(): TaskFactory | null;

  /**
   * Runs a function elsewhere, so that it does not hold up this loop: in a thread of the default
   * executor where `executor` is `null`. The function is one of a `remoteModule()`, plain or
   * async. Cancelling the future cancels it at once; the job does not begin, or is told.
   *
   * @throws what the executor throws that takes no more jobs; InvalidStateError `Executor shutdown
   *   has been called`; LoopClosedError
   */
  runInExecutor<F extends AnyFunction>(
    executor: Executor | null,
    fn: FunctionReference<F>,
    ...args: RemoteParameters<F>
  ): Future<RemoteResult<F>>;
  /**
   * Decides where `runInExecutor(null, …)` and `toThread` run. The one before is not shut down.
   *
   * @throws InvalidArgumentError when it is no executor
   */
  setDefaultExecutor(executor: Executor): void;
  /**
   * Lets the default executor take no more jobs, and is done when those that it has have ended.
   * When that takes longer than `timeoutMs` (default: for ever) they are ended by force, with a
   * `RuntimeWarning`.
   */
  shutdownDefaultExecutor(timeoutMs?: number): Future<void>;

  /** Runs until `stop()`. */
  runForever(): unknown;
  /** Runs until the work is done, and gives its value or throws its error. */
  runUntilComplete(work: unknown): unknown;
  /** Ends the run after the batch of callbacks that is running now. Can be called before a run. */
  stop(): void;
  /** Closes the async generators that were given to `trackAsyncGenerator`. */
  shutdownAsyncGenerators?(): Promise<void>;
  /** Whether this loop is the one that runs in its thread at present. */
  isRunning(): boolean;
  /** Drops what waits, for good. A running loop cannot be closed; closing twice does nothing. */
  close(): void;
  isClosed(): boolean;

  /**
   * Throws, on a loop on which native promises cannot settle; elsewhere absent.
   *
   * @param what - the promise in words
   */
  refusePromise?(what: string): never;

  /** Reports an error that nobody waits for; to the handler that was set, else `console.error`. */
  callExceptionHandler(context: ExceptionContext): void;
  /** Sets who hears of errors that nobody waits for; `null` brings the default back. */
  setExceptionHandler(handler: ExceptionHandler | null): void;
  getExceptionHandler(): ExceptionHandler | null;

  /** Debug mode: slow callbacks are reported, and arguments checked more. */
  getDebug(): boolean;
  setDebug(enabled: boolean): void;
  /** In debug mode, callbacks at least this long are reported. Default 100. */
  slowCallbackDurationMs: number;
}

/** The methods by which a thread tells a loop from anything else. */
const essentialMethods = ['callSoon', 'callAt', 'createTask', 'runForever', 'stop'] as const;

/** Whether an object can be used as a loop, also when another copy of this package made it. */
export function isEventLoop(value: unknown): value is EventLoop {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Record<string, unknown>;
  return essentialMethods.every((method) => typeof candidate[method] === 'function');
}
