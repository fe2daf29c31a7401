/**
 * Another thread's loop, as seen from here: the face that users hold.
 *
 * Can be kept: it stands for the name, and leads to whichever thread bears it at the time of a
 * call. Belongs to the thread that asked for it.
 */
import type { Suspension } from '../loop/coroutine.js';
import { printsAsText } from '../loop/prints-as-text.js';
import type { FarChild, FarLoop } from '../trio/far-child.js';
import { checkCallOptions } from './call-options.js';
import type { CallOptions } from './call-options.js';
import type { ConcurrentFuture } from './concurrent-future.js';
import type { RemoteHandle } from './outgoing-calls.js';
import type { Peer } from './peer.js';
import type { SendOptions } from './remote-call.js';
import { RemoteChild } from './remote-child.js';
import { assertRemoteFunction } from './remote-function.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from './remote-function.js';
import type { Remote } from './remote-object.js';
import { RemoteStream } from './remote-stream.js';

/** What a function gives item by item; what its generator waits for is none. */
export type ItemOf<F extends AnyFunction> =
  Awaited<ReturnType<F>> extends AsyncIterable<infer T> | Iterable<infer T>
    ? Exclude<T, Suspension>
    : never;

/** One loop, as seen from this thread. */
export interface RemoteLoopStats {
  readonly name: string;
  readonly threadId: number | null;
  /** Calls of this thread that wait for an answer. */
  readonly pendingCount: number;
  /** Calls of this thread that have ended. */
  readonly completedCount: number;
}

/** A loop of another thread. */
export class RemoteLoop implements FarLoop {
  static {
    printsAsText(this);
  }

  readonly #peer: Peer;
  readonly #options: CallOptions;

  /** For the runtime: see `getLoop()` and `Coordinator.loops`. */
  constructor(peer: Peer, options: CallOptions = {}) {
    this.#peer = peer;
    this.#options = options;
  }

  /** The name of the loop; unique among those that can be reached. */
  get name(): string {
    return this.#peer.name;
  }

  /** Node's number of the thread that bears the name now; `null` where it is not known yet. */
  get threadId(): number | null {
    return this.#peer.threadId;
  }

  /**
   * The same loop with options for its calls, which add to those bound before.
   *
   * @throws InvalidArgumentError naming the option, its value and what is allowed
   *
   * @example
   * await loop.with({ timeoutMs: 500, signal }).runCoroutineThreadsafe(tasks.crawl, url);
   */
  with(options: CallOptions): RemoteLoop {
    return new RemoteLoop(this.#peer, { ...this.#options, ...checkCallOptions(options) });
  }

  /**
   * Schedules a function on that loop and does not wait: what it throws goes to that loop's
   * exception handler. Calls from one thread to another start in the order in which they were
   * made, these and coroutines alike. The arguments are copied when the batch leaves, at the
   * latest at the end of the present microtask: do not change them before.
   *
   * An argument that cannot be copied is reported to the exception handler of this thread's loop.
   *
   * @throws InvalidArgumentError when it is no remote function; LoopDiedError or
   *   CoordinatorClosedError when nobody bears the name any more
   */
  callSoonThreadsafe<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: RemoteParameters<F>
  ): RemoteHandle {
    assertRemoteFunction(fn, 'callSoonThreadsafe');
    return this.#peer.post(fn, args, this.#options);
  }

  /**
   * Runs a function as a task of that loop: a coroutine, an async function or a plain one. Order
   * and arguments are as for `callSoonThreadsafe`. An async function that declares one parameter
   * more than is passed gets an `AbortSignal` there.
   *
   * @returns a promise in shape for what the function returns or throws. It fails with
   *   NotCloneableError when an argument or the result cannot be copied, with LoopDiedError when
   *   the thread dies meanwhile, and with ModuleNotFoundError, ExportNotFoundError or
   *   NotAFunctionError when there is no such function
   * @throws as `callSoonThreadsafe`
   */
  runCoroutineThreadsafe<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: RemoteParameters<F>
  ): ConcurrentFuture<RemoteResult<F>> {
    assertRemoteFunction(fn, 'runCoroutineThreadsafe');
    return this.#peer.call(fn, args, this.#options) as ConcurrentFuture<RemoteResult<F>>;
  }

  /**
   * The object that is exposed on that loop under a name, as if it were here: see `expose()`.
   * Every member is asked for over a port of its own, in the order in which it was asked; a method
   * runs as a task of that loop. Whether there is such an object shows at the first answer.
   *
   * The proxy ends with the thread that holds the object: after a restart, ask for a new one. It
   * keeps the process alive only while an answer is due. Release it when it is no longer needed,
   * with `using` or `proxy[releaseProxy]()`; one that is forgotten goes with the garbage.
   *
   * Of the options that are bound it keeps `graceMs`: a method that goes on for so long after its
   * call was cancelled costs the thread its life.
   *
   * @typeParam T - the type of the object there
   * @throws LoopDiedError or CoordinatorClosedError when nobody bears the name any more
   *
   * @example
   * using counter = loop.proxy<Counter>('counter');
   * console.log(await counter.increment(2));
   */
  proxy<T>(name: string): Remote<T> {
    return this.#peer.proxy(name, this.#options) as Remote<T>;
  }

  /**
   * Runs a function there that gives items one by one: a generator function, an async generator
   * function, or one that returns something iterable; and reads them here. The function is called
   * now, in its turn, but a generator begins when the first item is asked for. It may be 1024 items
   * ahead of the reader. What a generator waits for with `yield*` is waited for there; what it
   * yields is an item.
   *
   * Leaving the loop early ends the producer, whose `finally` blocks run. Its error comes after
   * the items before it. A signal that is bound ends the stream, at any time; a limit of time holds
   * for the call, not for the items.
   *
   * @throws as `callSoonThreadsafe`
   *
   * @example
   * for await (const line of loop.iterate(tasks.readLines, 'access.log')) console.log(line);
   */
  iterate<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: RemoteParameters<F>
  ): RemoteStream<ItemOf<F>> {
    assertRemoteFunction(fn, 'iterate');
    const options: SendOptions = { ...this.#options, isIterated: true };
    const opening = this.#peer.call(fn, args, options) as ConcurrentFuture<never>;
    return new RemoteStream(opening, options.signal);
  }

  /** For nurseries: see `Nursery.startSoonOn`. */
  startChild(...[fn, args, onStarted]: Parameters<FarLoop['startChild']>): FarChild {
    return new RemoteChild(this.#peer, { fn, args, onStarted }, this.#options);
  }

  /** What this thread has asked of that loop; other threads may ask it for more. */
  stats(): RemoteLoopStats {
    const { name, threadId } = this;
    const { pendingCount, completedCount } = this.#peer;
    return Object.freeze({ name, threadId, pendingCount, completedCount });
  }

  toString(): string {
    return `<RemoteLoop name='${this.name}' threadId=${this.threadId}>`;
  }
}
