/**
 * Functions that block, in threads of their own, from within a run. After Trio's `to_thread`.
 *
 * On the thread of the run. Each run has threads and a limiter of its own, made when it first asks
 * for them; a function holds a token of the limiter until it has ended, heard or not.
 */
import { InvalidArgumentError, show } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import type {
  AnyFunction,
  FunctionReference,
  RemoteParameters,
} from '../loop/function-reference.js';
import { Operation } from '../loop/operation.js';
import { assertRemoteFunction } from '../threads/remote-function.js';
import { CapacityLimiter } from '../trio/capacity-limiter.js';
import { passCancelPoint } from '../trio/checkpoint.js';
import { currentRun } from '../trio/current-run.js';
import type { TrioRun } from '../trio/trio-run.js';
import { HostJob } from './host-job.js';
import { JobThreads } from './job-threads.js';

/** Options of `toThread.with()`. */
export interface ToThreadOptions {
  /**
   * Whether a cancel leaves the function alone, and its outcome unheard. Default `false`: the task
   * waits for the function, which may ask `fromThread.checkCancelled()`.
   */
  readonly abandonOnCancel?: boolean;
  /** Bounds the threads. Default: that of `currentDefaultThreadLimiter()`. */
  readonly limiter?: CapacityLimiter;
}

/** So many threads at once, unless another limiter is given. Trio's number. */
const defaultTokenCount = 40;

interface OfRun {
  readonly limiter: CapacityLimiter;
  readonly threads: JobThreads;
}

const ofRuns = new WeakMap<TrioRun, OfRun>();

function ofRun(run: TrioRun): OfRun {
  let made = ofRuns.get(run);
  if (made === undefined) {
    const threads = new JobThreads();
    run.entryQueue.whenClosed(() => threads.end());
    made = { limiter: new CapacityLimiter(defaultTokenCount), threads };
    ofRuns.set(run, made);
  }
  return made;
}

/**
 * What bounds the threads of the present run: 40 tokens. Change its `totalTokens` as you like.
 *
 * @throws NoRunningLoopError outside a run
 */
export function currentDefaultThreadLimiter(): CapacityLimiter {
  return ofRun(currentRun()).limiter;
}

/** The way into threads; see `toThread`. */
export class ToThread {
  readonly #options: ToThreadOptions;

  /** See `toThread`. */
  constructor(options: ToThreadOptions = {}) {
    this.#options = options;
  }

  /**
   * The same with options bound.
   *
   * @throws InvalidArgumentError naming the option, its value and what is allowed
   */
  with(options: ToThreadOptions): ToThread {
    const { abandonOnCancel, limiter } = options;
    if (abandonOnCancel !== undefined && typeof abandonOnCancel !== 'boolean') {
      refuse('abandonOnCancel', abandonOnCancel, 'a boolean');
    }
    if (limiter !== undefined && !(limiter instanceof CapacityLimiter)) {
      refuse('limiter', limiter, 'a CapacityLimiter');
    }
    return new ToThread({ ...this.#options, ...options });
  }

  /**
   * Runs a plain function in a thread, so that it may block. A cancel point on entry; from then on
   * a cancel is passed on to the function, for which the task goes on waiting: its result counts.
   * A function that has not begun never does then. Inside it `fromThread` leads back.
   *
   * @returns what the function returns, copied
   * @throws what it throws; CancelledError; LoopDiedError when its thread dies; NotCloneableError;
   *   NoRunningLoopError outside a run; InvalidArgumentError when it is no remote function, or
   *   returns something to wait for
   *
   * @example
   * const rows = await trio.toThread.runSync(tables.readAll, 'orders.db');
   */
  runSync<F extends AnyFunction>(
    fn: FunctionReference<F>,
    ...args: RemoteParameters<F>
  ): Operation<ReturnType<F>> {
    assertRemoteFunction(fn, 'toThread.runSync');
    return new Operation(() => this.#runSync(fn, args) as Coroutine<ReturnType<F>>);
  }

  *#runSync(fn: FunctionReference, args: readonly unknown[]): Coroutine<unknown> {
    yield* passCancelPoint();
    const run = currentRun();
    const { threads, limiter: defaultLimiter } = ofRun(run);
    const { abandonOnCancel = false, limiter = defaultLimiter } = this.#options;
    const job = new HostJob({ run, threads, limiter }, fn);
    yield* limiter.acquireOnBehalfOf(job);
    return yield* job.perform(args, abandonOnCancel);
  }
}

/** Runs functions that block in threads: `toThread.runSync(fn, ...args)`. */
export const toThread: ToThread = new ToThread();

function refuse(option: string, value: unknown, allowed: string): never {
  throw new InvalidArgumentError(`option '${option}' has to be ${allowed}, got ${show(value)}`);
}
