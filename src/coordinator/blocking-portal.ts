/**
 * A loop in a thread of its own, for code that is not asynchronous: it calls, and blocks until the
 * answer is there. After AnyIO's blocking portal.
 *
 * Belongs to the thread that started it, which may be any: the main thread, a worker loop, or a
 * worker that knows of no coordinator. It keeps the process alive while calls are under way.
 *
 * | state    | what it means                                        | next           |
 * |----------|------------------------------------------------------|----------------|
 * | running  | calls are carried out                                | stopping, gone |
 * | stopping | told to end once its calls have ended; takes no more | gone           |
 * | gone     | its thread has ended                                 | –              |
 */
import { MessageChannel, threadId } from 'node:worker_threads';
import type { ResourceLimits, WorkerOptions } from 'node:worker_threads';
import { InvalidStateError, isCancelled, LoopDiedError } from '../errors.js';
import type { LoopDeath } from '../errors.js';
import { printsAsText } from '../loop/prints-as-text.js';
import { registry } from '../loop/registry.js';
import { giveUpPlace, keepPlace } from '../shared/member.js';
import { blockUntil } from '../threads/blocking-wait.js';
import type { ConcurrentFuture } from '../threads/concurrent-future.js';
import { getDirectory } from '../threads/directory.js';
import type { Directory } from '../threads/directory.js';
import { Notice } from '../threads/notices.js';
import type { Peer } from '../threads/peer.js';
import { assertRemoteFunction, remoteModule } from '../threads/remote-function.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../threads/remote-function.js';
import type { RemoteLoop } from '../threads/remote-loop.js';
import type { StartParameters, StartValue } from '../threads/started-tasks.js';
import { decodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import type { FunctionAddress } from '../wire/message.js';
import { fillOptions } from './options.js';
import type { SpawnedThread, Spawner, ThreadExit } from './spawner.js';

/** Options of `startBlockingPortal()`. */
export interface BlockingPortalOptions {
  /** Of its loop and thread. Default: the first of `portal-1`, `portal-2`, … that is free. */
  readonly name?: string;
  /** Runs on the loop before any call does. */
  readonly initialize?: RemoteFunction<() => unknown>;
  /** Limits of the thread, as for Node's `Worker`. Default: Node's. */
  readonly resourceLimits?: ResourceLimits;
  /** Environment of the thread. Default: a copy of `process.env`. */
  readonly env?: WorkerOptions['env'];
  /** Node options of the thread. Default: those of this process, as far as a thread takes them. */
  readonly execArgv?: readonly string[];
  /** How threads are made. Default: `worker_threads`. */
  readonly spawner?: Spawner;
}

/** Options of `BlockingPortal.stop()`. */
export interface PortalStopOptions {
  /** Whether calls that are under way are cancelled. Default `false`: they are carried out. */
  readonly cancelRemaining?: boolean;
}

const startedTasks = remoteModule<typeof import('../threads/started-tasks.js')>(
  new URL('../threads/started-tasks.js', import.meta.url),
);

/** Milliseconds that a thread has to end by itself, and to write what it printed. A guess. */
const naturalEndMs = 100;

/** Throws away what nobody can do anything about. */
function ignore(): void {}

/**
 * Starts a thread with a loop of its own, and blocks the calling thread until it takes calls.
 *
 * @throws InvalidArgumentError for an option out of range; InvalidStateError when the name is
 *   taken; what `initialize` throws; LoopDiedError when the thread ends at once
 *
 * @example
 * using portal = startBlockingPortal();
 * console.log(portal.call(tasks.crawl, 'https://example.org'));
 */
export function startBlockingPortal(options: BlockingPortalOptions = {}): BlockingPortal {
  return BlockingPortal.start(options);
}

/** A loop in a thread of its own, for code that is not asynchronous. */
export class BlockingPortal implements Disposable {
  static {
    printsAsText(this);
  }

  /** The loop, as async code sees it; also `getLoop(name)` in the thread that started it. */
  readonly loop: RemoteLoop;
  readonly #directory: Directory;
  readonly #peer: Peer;
  readonly #thread: SpawnedThread;
  #state: 'running' | 'stopping' | 'gone' = 'running';
  /** Why it was ended by force. */
  #endReason: string | null = null;
  /** The thread has said that its calls have ended, or that it could not start. */
  #hasSaidGoodbye = false;
  #startFailure: unknown = null;
  #startCount = 0;

  /** See `startBlockingPortal()`. */
  static start(options: BlockingPortalOptions): BlockingPortal {
    const portal = new BlockingPortal(options);
    portal.#awaitReady();
    return portal;
  }

  private constructor(options: BlockingPortalOptions) {
    const { initialize, spawner } = fillOptions({ ...options, loops: 1 });
    const directory = getDirectory();
    const name = options.name ?? freeName(directory);
    const { port1, port2 } = new MessageChannel();
    this.#directory = directory;
    this.#peer = directory.add({
      name,
      onNotice: (subject, body) => this.#onNotice(subject, body),
      open: () => {
        throw new LoopDiedError({ loop: name, exitCode: null, reason: 'its thread ended' });
      },
      replaceThread: (reason) => this.#terminate(reason),
    });
    const doorbell = keepPlace();
    this.#peer.doorbell = doorbell;
    this.#peer.attachNode(port1);
    this.loop = directory.getLoop(name);
    try {
      this.#thread = spawner.spawn({
        name,
        doorbell: doorbell.address,
        home: { name: directory.name, threadId, doorbell: registry.doorbell.address },
        port: port2,
        siblings: [],
        initialize,
      });
    } catch (error) {
      giveUpPlace(doorbell);
      this.#forget({ loop: name, exitCode: null, reason: 'it could not be started' });
      throw error;
    }
    this.#peer.threadId = this.#thread.threadId;
    this.#thread.onExit((exit) => {
      giveUpPlace(doorbell);
      this.#onExit(exit);
    });
  }

  /** The name of the loop and its thread. */
  get name(): string {
    return this.#peer.name;
  }

  /**
   * Runs a function as a task of the portal's loop, and **blocks the calling thread** until it has
   * ended: a coroutine, an async function or a plain one. Arguments are as for
   * `RemoteLoop.runCoroutineThreadsafe`.
   *
   * @returns what the function returns
   * @throws what it throws; InvalidStateError when the portal was stopped; LoopDiedError when its
   *   thread dies meanwhile
   */
  call<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: RemoteParameters<F>
  ): RemoteResult<F> {
    assertRemoteFunction(fn, 'call');
    return this.#send(fn, args).result() as RemoteResult<F>;
  }

  /**
   * As `call`, but does not wait. The call leaves at once, also when this thread is busy from now
   * on; cancelling the future cancels the task, when this thread blocks or turns next.
   */
  startTaskSoon<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: RemoteParameters<F>
  ): ConcurrentFuture<RemoteResult<F>> {
    assertRemoteFunction(fn, 'startTaskSoon');
    return this.#send(fn, args) as ConcurrentFuture<RemoteResult<F>>;
  }

  /**
   * Runs a function as a task that goes on in the background, and blocks the calling thread until
   * it says that it has started, such as a server that listens. The function gets a `TaskStatus`
   * as its last argument, and calls its `started(value)`.
   *
   * @returns the future of the task, and the value
   * @throws what the task throws before it has started; InvalidStateError when it ends before, or
   *   the portal was stopped; NotCloneableError when the value cannot be copied
   */
  startTask<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: StartParameters<F>
  ): [future: ConcurrentFuture<RemoteResult<F>>, value: StartValue<F>] {
    assertRemoteFunction(fn, 'startTask');
    this.#startCount += 1;
    const future = this.#send(startedTasks.runStarting, [this.#startCount, fn, args]);
    const started = this.#send(startedTasks.waitUntilStarted, [this.#startCount]);
    try {
      const value = started.result() as StartValue<F>;
      return [future as ConcurrentFuture<RemoteResult<F>>, value];
    } catch (error) {
      // Nobody gets the future, which fails for the same reason.
      future.catch(ignore);
      future.cancel(isCancelled(error) ? error.message : undefined);
      throw error;
    }
  }

  /**
   * Takes no more calls, and returns at once; the thread ends when the calls have ended that were
   * made. Afterwards their futures can still be waited for, or cancelled. Blocks nobody, and may be
   * called again, with `cancelRemaining` to hurry.
   */
  stop({ cancelRemaining = false }: PortalStopOptions = {}): void {
    if (this.#state === 'gone') return;
    if (cancelRemaining) this.#peer.cancelOutgoing();
    if (this.#state === 'stopping') return;
    this.#state = 'stopping';
    this.#peer.refuse(new InvalidStateError('This portal is not running'));
    // What was handed over is carried out, even if the program has nothing else to do.
    this.#thread.ref();
    this.#peer.notice(Notice.stop, { cancel: cancelRemaining });
  }

  /** `stop()`, and blocks the calling thread until the calls have ended that were made. */
  [Symbol.dispose](): void {
    this.stop();
    const isDone = (): boolean =>
      this.#hasSaidGoodbye || this.#state === 'gone' || this.#peer.hasHungUp();
    blockUntil({ isDone, timeoutMs: Infinity, assertPossible: ignore });
  }

  toString(): string {
    return `<BlockingPortal name='${this.name}' ${this.#state}>`;
  }

  #send(fn: FunctionAddress, args: readonly unknown[]): ConcurrentFuture<unknown> {
    const future = this.#peer.call(fn, args);
    this.#peer.flush();
    return future;
  }

  /** The thread is not ready before it carries out a call. */
  #awaitReady(): void {
    const ready = this.#send(startedTasks.nothing, []);
    try {
      ready.result();
    } catch (error) {
      throw this.#startFailure ?? error;
    }
    this.#thread.unref();
  }

  #onNotice(subject: string, body: unknown): void {
    if (subject !== Notice.failed && subject !== Notice.stopped) return;
    this.#hasSaidGoodbye = true;
    // What user code left open must not keep the thread for ever.
    setTimeout(() => this.#thread.terminate(), naturalEndMs).unref();
    if (subject === Notice.stopped) return;
    this.#startFailure = decodeError(body as EncodedError);
    this.#forget({ loop: this.name, exitCode: null, reason: 'it could not be initialized' });
  }

  /** A call ignores that it was cancelled. Nothing replaces the thread of a portal. */
  #terminate(reason: string): void {
    this.#endReason = reason;
    this.#thread.terminate();
  }

  #onExit({ exitCode, error }: ThreadExit): void {
    const byItself = this.#state === 'stopping' ? 'it was stopped' : 'its thread ended';
    const reason = this.#endReason ?? byItself;
    this.#forget({ loop: this.name, exitCode, reason }, error);
  }

  /** Nobody bears the name any more. */
  #forget(death: LoopDeath, cause?: unknown): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#peer.close(new LoopDiedError(death, cause === undefined ? {} : { cause }));
    this.#directory.remove(death.loop);
  }
}

function freeName(directory: Directory): string {
  let number = 1;
  while (directory.has(`portal-${number}`)) number += 1;
  return `portal-${number}`;
}
