/**
 * The way back from a thread into the run that waits for it. After Trio's `from_thread`.
 *
 * In the thread, which blocks until the answer is there. Functions are addresses here as
 * everywhere: they run in the run's thread, on the state of its modules.
 */
import {
  InvalidArgumentError,
  InvalidStateError,
  NoRunningLoopError,
  RunFinishedError,
  show,
} from '../errors.js';
import type {
  AnyFunction,
  FunctionReference,
  RemoteParameters,
  RemoteResult,
} from '../loop/function-reference.js';
import { registry } from '../loop/registry.js';
import { blockSilently, checkCancelled } from '../threads/check-cancelled.js';
import { assertRemoteFunction, remoteModule } from '../threads/remote-function.js';
import { TrioToken } from '../trio/entry-queue.js';
import { FarEntry, peerOf } from './far-entry.js';
import { presentJob } from './thread-job.js';

const home = remoteModule<typeof import('./entries.js')>(new URL('./entries.js', import.meta.url));

/** Options of `fromThread.with()`. */
export interface FromThreadOptions {
  /** Of the run to go to. Needed in threads that `toThread` has not made. */
  readonly trioToken?: TrioToken;
}

/** The way back; see `fromThread`. */
export class FromThread {
  readonly #token: TrioToken | undefined;

  /** See `fromThread`. */
  constructor({ trioToken }: FromThreadOptions = {}) {
    this.#token = trioToken;
  }

  /** The same with options bound. */
  with(options: FromThreadOptions): FromThread {
    const { trioToken } = options;
    if (trioToken !== undefined && !(trioToken instanceof TrioToken)) {
      throw new InvalidArgumentError(`trioToken is not of type TrioToken: ${show(trioToken)}`);
    }
    return new FromThread(options);
  }

  /**
   * Runs a coroutine or an async function in the run, and **blocks** until it has ended. It runs
   * in the task that waits for this thread; with a token, or when that has left, in one of the
   * system.
   *
   * @throws what it throws, such as CancelledError when its scope is cancelled; RunFinishedError
   *   when the run is over; InvalidStateError in other threads, without a token, and in the run's
   *   own
   */
  run<F extends AnyFunction>(
    fn: FunctionReference<F>,
    ...args: RemoteParameters<F>
  ): RemoteResult<F> {
    return this.#enter('run', fn, args) as RemoteResult<F>;
  }

  /** As `run`, for a plain function. */
  runSync<F extends AnyFunction>(
    fn: FunctionReference<F>,
    ...args: RemoteParameters<F>
  ): ReturnType<F> {
    return this.#enter('runSync', fn, args) as ReturnType<F>;
  }

  /**
   * Throws when the task that waits for this thread was cancelled. Costs some nanoseconds.
   *
   * @throws CancelledError; InvalidStateError outside of `toThread`
   */
  checkCancelled(): void {
    if (presentJob() === null) throw notOurs('fromThread.checkCancelled()');
    checkCancelled();
  }

  #enter(kind: 'run' | 'runSync', fn: FunctionReference, args: readonly unknown[]): unknown {
    assertRemoteFunction(fn, `fromThread.${kind}`);
    const isSync = kind === 'runSync';
    const address = { url: fn.url, name: fn.name };
    if (registry.trioRun !== null) {
      throw new InvalidStateError('this is a blocking function; call it from a thread');
    }
    if (this.#token !== undefined) {
      const { entry } = this.#token;
      if (!(entry instanceof FarEntry)) throw new RunFinishedError('run() has exited');
      entry.refuseClosed();
      const { thread, id } = entry.address;
      return block(thread, home.enterRun, [id, address, args, isSync]);
    }
    const job = presentJob();
    if (job === null) throw notOurs(`fromThread.with({ trioToken }).${kind}(fn)`);
    return block(job.host, home.enterJob, [job.id, address, args, isSync]);
  }
}

/** Leads back from a thread of `toThread`: `fromThread.run(fn, ...args)`. */
export const fromThread: FromThread = new FromThread();

/** A cancel of this thread's own job does not end it: what was asked for hears of it itself. */
function block(thread: string, entry: FunctionReference, args: readonly unknown[]): unknown {
  const call = peerOf(thread).call(entry, args);
  try {
    return blockSilently(() => call.result());
  } catch (error) {
    if (!(error instanceof NoRunningLoopError)) throw error;
    throw new RunFinishedError('run() has exited', { cause: error });
  }
}

function notOurs(mend: string): InvalidStateError {
  return new InvalidStateError(`this thread wasn't created by Trio, bind its token: ${mend}`);
}
