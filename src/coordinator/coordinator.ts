/**
 * The coordinator: starts worker loops, keeps them alive, gives them work, and shuts them down.
 *
 * Belongs to the thread that started it, of which it is the home: started outside a running loop,
 * it runs that thread's loop in the background, so that workers can call back. It keeps the
 * process alive for calls that are under way, and for nothing else.
 */
import { CoordinatorClosedError } from '../errors.js';
import { getEventLoop } from '../loop/current-loop.js';
import type { ExceptionHandler } from '../loop/exception-handler.js';
import { printsAsText } from '../loop/prints-as-text.js';
import { ownMember } from '../shared/member.js';
import { runLoopInBackground } from '../threads/background-run.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';
import { assertRemoteFunction } from '../threads/remote-function.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../threads/remote-function.js';
import type { RemoteLoop } from '../threads/remote-loop.js';
import type { Invitation } from '../threads/rendezvous.js';
import { Admission } from './admission.js';
import { Balancer } from './balancer.js';
import { CoordinatorCalls } from './coordinator-calls.js';
import type { CallPlaces } from './coordinator-calls.js';
import { EventSource } from './event-source.js';
import type { CoordinatorEvents, CoordinatorListener, ListenOptions } from './events.js';
import { LoopSet } from './loop-set.js';
import { checkLoopCount, fillOptions, fillShutdownOptions } from './options.js';
import type { CoordinatorOptions, FilledOptions, ShutdownOptions } from './options.js';
import { Placement } from './place.js';
import { Reception } from './reception.js';
import { changeSize } from './resize.js';
import { endLoops, terminateAll } from './shutdown.js';
import { takeStats } from './stats.js';
import type { CoordinatorStats } from './stats.js';
import type { SupervisedLoop } from './supervised-loop.js';

/** Several event loops, each in a thread of its own. */
export class Coordinator extends CoordinatorCalls implements AsyncDisposable {
  static {
    printsAsText(this);
  }

  readonly #loops: LoopSet;
  readonly #events: EventSource;
  readonly #placement = new Placement();
  readonly #balancer = new Balancer();
  protected override readonly places: CallPlaces;
  readonly #admission: Admission;
  readonly #endBackground: () => void;
  readonly #reception: Reception;
  /** One change of size at a time. */
  #resized: Promise<void> = Promise.resolve();
  #shutdown: Promise<void> | null = null;

  /**
   * Starts the loops, and resolves once all of them take calls. Cancelling gives the start up.
   *
   * @throws InvalidArgumentError for an option out of range; what `initialize` throws
   */
  static start(options: CoordinatorOptions = {}): ConcurrentFuture<Coordinator> {
    const starting = new ConcurrentFuture<Coordinator>();
    try {
      const coordinator = new Coordinator(fillOptions(options));
      starting.addDoneCallback(() => {
        if (starting.cancelled()) void coordinator.shutdown({ mode: 'terminate' });
      });
      coordinator.#started().then(
        () => starting.setResult(coordinator),
        (error: unknown) => starting.setException(error),
      );
    } catch (error) {
      starting.setException(error);
    }
    return starting;
  }

  private constructor(options: FilledOptions) {
    super();
    this.#endBackground = runLoopInBackground();
    if (options.pollMs !== undefined) ownMember().table.pollMs = options.pollMs;
    this.#events = new EventSource(getEventLoop());
    this.#loops = new LoopSet(options, {
      onAnswer: (loop) => this.#onAnswer(loop),
      report: (loop, message, exception) => this.#events.report({ message, exception, loop }),
      emit: (event, record) => this.#events.emit(event, record),
    });
    this.#admission = new Admission({
      maxPendingCount: options.maxPendingCount,
      whenFull: options.whenFull,
      pendingCount: () => this.#loops.all.reduce((sum, { peer }) => sum + peer.pendingCount, 0),
      onOverload: (load) => this.#events.emit('overload', load),
      onRelief: (load) => this.#events.emit('relief', load),
    });
    this.places = this.#createPlaces();
    this.#loops.admit(this.#loops.open(options.loops));
    this.#reception = new Reception((application) => this.#loops.join(application));
  }

  /** The loops, in the order of their names. They can be kept: a replaced thread keeps its name. */
  get loops(): readonly RemoteLoop[] {
    return this.#loops.members.map(({ loop }) => loop);
  }

  /** The loops of threads that joined by `attachLoop()`. `submit` and `map` do not choose them. */
  get attached(): readonly RemoteLoop[] {
    return this.#loops.joined.map(({ loop }) => loop);
  }

  /**
   * For `attachLoop({ invitation })` in threads that are to join this coordinator and no other.
   * Plain data: give it to them as `workerData`, or in a message.
   */
  get invitation(): Invitation {
    return this.#reception.invitation;
  }

  /** @throws InvalidArgumentError when this coordinator has no such loop */
  loop(name: string): RemoteLoop {
    return this.#loops.find(name).loop;
  }

  /**
   * Resolves when there is room for a call of `submit`, to one asker after the other. The place is
   * kept for whoever calls `submit` at once, before other work of Node's.
   *
   * @throws CoordinatorClosedError
   */
  whenRoom(): ConcurrentFuture<void> {
    this.#assertOpen();
    return this.#admission.whenRoom();
  }

  /**
   * As `broadcast`, and once more on every thread that comes later, before it takes calls: in place
   * of a dead one, by recycling or by `resize`. There it is as if `initialize` had called it. The
   * arguments are copied now.
   *
   * @throws as `broadcast`; DataCloneError when an argument cannot be copied
   */
  broadcastAlways<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: RemoteParameters<F>
  ): ConcurrentFuture<RemoteResult<F>[]> {
    assertRemoteFunction(fn, 'broadcastAlways');
    this.#assertOpen();
    this.#loops.addStanding({ address: fn, args: structuredClone(args) });
    return this.broadcast(fn, ...args);
  }

  /**
   * Makes it so many loops. New ones are added behind the others; the last ones leave: they take no
   * more calls (`LoopLeftError`) and end once those that were made are answered. Loops that were
   * given up are replaced. Of the keys only those move that a leaving loop held or a new one wins.
   * Resolves when all that come are ready, and all that leave have ended.
   *
   * @throws InvalidArgumentError for a number out of range; CoordinatorClosedError
   */
  resize(loops: number): ConcurrentFuture<void> {
    checkLoopCount('loops', loops);
    this.#assertOpen();
    const resized = this.#resized.then(async () =>
      changeSize(this.#loops, loops, () => this.#assertOpen()),
    );
    this.#resized = resized.catch(() => undefined);
    return ConcurrentFuture.from(resized);
  }

  /**
   * Lets a new thread take a loop's name once it is ready. The present one answers what it was
   * given, runs `finalize` and ends; its state goes with it. No call is lost, and the calls of each
   * thread begin in the order in which they were made.
   *
   * @throws InvalidArgumentError when this coordinator has no such loop; CoordinatorClosedError
   */
  recycle(name: string): void {
    this.#assertOpen();
    this.#loops.find(name).recycle('recycle() was called');
  }

  /**
   * Ends one thread at once; a new one takes the name. Calls that it held fail with
   * `LoopDiedError`, whose reason is the given one.
   *
   * @throws InvalidArgumentError when this coordinator has no such loop; CoordinatorClosedError
   */
  restart(name: string, reason = 'it was restarted'): void {
    this.#assertOpen();
    this.#loops.find(name).restart(reason);
  }

  /** What the loops are doing. The utilizations count since the last call. */
  stats(): CoordinatorStats {
    return takeStats(this.#loops.members, this.#admission);
  }

  /**
   * Calls a listener for each event of one kind, in a microtask of its own, until the subscription
   * is disposed or the signal aborted.
   *
   * @throws InvalidArgumentError when there is no such event
   *
   * @example
   * coordinator.on('death', ({ loop, reason }) => console.warn(`${loop} died: ${reason}`));
   */
  on<K extends keyof CoordinatorEvents>(
    event: K,
    listener: CoordinatorListener<K>,
    options: ListenOptions = {},
  ): Disposable {
    return this.#events.on(event, listener, options);
  }

  /**
   * Who hears of late errors of the loops, and of what listeners throw; `null` for the handler of
   * this thread's loop, which prints them by default. The context's `loop` names where an error
   * comes from.
   */
  setExceptionHandler(handler: ExceptionHandler | null): void {
    this.#events.setExceptionHandler(handler);
  }

  /**
   * Ends the loops, and resolves when all threads have ended. Takes no more work from the moment
   * of the call. A second call waits for the same end; with `terminate` it brings that about.
   *
   * @throws InvalidArgumentError for an option out of range
   */
  shutdown(options: ShutdownOptions = {}): ConcurrentFuture<void> {
    const filled = fillShutdownOptions(options);
    const isSecond = this.#shutdown !== null;
    this.#shutdown ??= this.#shutDown(filled);
    if (isSecond && filled.mode === 'terminate') terminateAll(this.#loops);
    return ConcurrentFuture.from(this.#shutdown);
  }

  /** `shutdown()`: calls that were made are carried out first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  override toString(): string {
    const state = this.#shutdown === null ? 'open' : 'closed';
    return `<Coordinator ${state} loops=${this.#loops.members.length}>`;
  }

  #createPlaces(): CallPlaces {
    const loops = (): readonly RemoteLoop[] => this.loops;
    return {
      get loops() {
        return loops();
      },
      assertOpen: () => this.#assertOpen(),
      admit: (call, whenFull) => this.#admission.admit(call, whenFull),
      dispatch: (call) => {
        const { members } = this.#loops;
        const chosen = this.#placement.choose(members, call.options) ?? members[0];
        this.#balancer.send(call, chosen as SupervisedLoop);
      },
    };
  }

  #onAnswer(loop: SupervisedLoop): void {
    this.#admission.onCallEnded();
    if (this.#shutdown === null) this.#balancer.onAnswer(loop, this.#loops.members);
  }

  async #started(): Promise<void> {
    try {
      await Promise.all(this.#loops.all.map(async ({ started }) => started));
    } catch (error) {
      await this.shutdown({ mode: 'terminate' });
      throw error;
    }
  }

  async #shutDown({ mode, timeoutMs }: Required<ShutdownOptions>): Promise<void> {
    const closed = new CoordinatorClosedError('The coordinator has been shut down');
    this.#admission.close(mode === 'drain', closed);
    this.#reception[Symbol.dispose]();
    for (const { peer } of [...this.#loops.all, ...this.#loops.joined]) peer.refuse(closed);
    await endLoops(this.#loops, { mode, timeoutMs });
    this.#loops.close();
    this.#endBackground();
  }

  #assertOpen(): void {
    if (this.#shutdown === null) return;
    throw new CoordinatorClosedError('The coordinator has been shut down');
  }
}
